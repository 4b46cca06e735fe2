/**
 * Runs graphs on one execution provider in a separate process: a provider may crash its process, and the tests should
 * survive that and report it. One request per message, one answer per request, in order.
 */
import '../../server/engine/worker/no-telemetry.ts';
import { globSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxModel } from '../../kernels/onnx/graph-builder.ts';

/** An element array with its shape, as sent between the processes. */
export type Wire =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int64'; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'bool'; readonly shape: readonly number[]; readonly data: Uint8Array };

export type Request =
  | { readonly kind: 'load'; readonly model: OnnxModel }
  | { readonly kind: 'run'; readonly session: number; readonly feeds: Readonly<Record<string, Wire>> }
  /** Ends the session's profile and returns the operators that each provider ran. */
  | { readonly kind: 'placement'; readonly session: number };

export type Answer =
  | { readonly kind: 'session'; readonly session: number }
  | { readonly kind: 'outputs'; readonly outputs: Readonly<Record<string, Wire>> }
  | { readonly kind: 'placement'; readonly operators: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: 'problem'; readonly message: string };

const sessions: InferenceSession[] = [];
const profilePrefix = path.join(os.tmpdir(), `longsight-profile-${process.pid}-`);

process.on('message', (request: Request) => {
  answer(request)
    .catch((error: unknown): Answer => ({ kind: 'problem', message: String(error) }))
    .then(reply => process.send?.(reply))
    .catch(() => process.exit(1));
});

// A session whose placement was never requested would leave its profile behind when this process ends.
process.on('disconnect', () => {
  for (const session of sessions) session.endProfiling();
  for (const file of globSync(`${profilePrefix}*.json`)) rmSync(file);
});

async function answer(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'load': {
      const { bytes, externalData } = request.model;
      const session = await InferenceSession.create(bytes, {
        executionProviders: ['webgpu', 'cpu'],
        externalData: externalData.map(({ path, data }) => ({ path, data })),
        logSeverityLevel: 3,
        enableProfiling: true,
        profileFilePrefix: `${profilePrefix}${sessions.length}-`,
      });
      return { kind: 'session', session: sessions.push(session) - 1 };
    }
    case 'run': {
      const feeds = Object.entries(request.feeds).map(([name, wire]) => [name, fed(wire)] as const);
      const results = await sessions[request.session]!.run(Object.fromEntries(feeds));
      const outputs = Object.entries(results).map(([name, tensor]) => [name, wireOf(name, tensor)] as const);
      return { kind: 'outputs', outputs: Object.fromEntries(outputs) };
    }
    case 'placement': {
      sessions[request.session]!.endProfiling();
      return { kind: 'placement', operators: readPlacement(request.session) };
    }
  }
}

function fed(wire: Wire): Tensor {
  if (wire.type === 'float32') return new Tensor(wire.type, wire.data, wire.shape);
  if (wire.type === 'int64') return new Tensor(wire.type, wire.data, wire.shape);
  return new Tensor(wire.type, wire.data, wire.shape);
}

function wireOf(name: string, { type, data, dims: shape }: Tensor): Wire {
  if (type === 'float32' && data instanceof Float32Array) return { type, data, shape };
  if (type === 'int64' && data instanceof BigInt64Array) return { type, data, shape };
  if (type === 'bool' && data instanceof Uint8Array) return { type, data, shape };
  throw new TypeError(`output ${name} is ${type}`);
}

/** Reads and removes the profile of a session. */
function readPlacement(session: number): Record<string, readonly string[]> {
  const placed = new Map<string, Set<string>>();
  for (const file of globSync(`${profilePrefix}${session}-*.json`)) {
    const events = JSON.parse(readFileSync(file, 'utf8')) as readonly ProfileEvent[];
    rmSync(file);
    for (const { args } of events) {
      if (!args?.op_name || !args.provider) continue;
      const operators = placed.get(args.provider) ?? new Set();
      placed.set(args.provider, operators.add(args.op_name));
    }
  }
  return Object.fromEntries([...placed].map(([provider, operators]) => [provider, [...operators].sort()]));
}

interface ProfileEvent {
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}
