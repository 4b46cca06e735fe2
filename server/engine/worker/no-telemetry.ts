/**
 * Disables onnxruntime's telemetry. Import this before onnxruntime-node in every program that loads it. Overrides any
 * inherited value.
 */
import { isMainThread } from 'node:worker_threads';
import { telemetryOptOut } from '../telemetry.ts';

const [[name, value]] = Object.entries(telemetryOptOut) as [[string, string]];
// A worker thread has a copy of the environment that the native library does not see: its process must set it.
if (isMainThread) process.env[name] = value;
else if (process.env[name] !== value)
  throw new Error(`onnxruntime must not be loaded: ${name} is not ${value} in this process.`);
