/** A child process that runs `worker/main.ts`: spawning, messages, exit. */
import { type ForkOptions, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { Device } from './device.ts';
import type { FromEngine, ToEngine } from './messages.ts';
import { telemetryOptOut } from './telemetry.ts';

export interface Child {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  /** Kills it at once. */
  kill(): void;
  /** Resolves with how it ended. Never rejects. */
  readonly ended: Promise<string>;
}

export interface ChildOptions {
  /** The engine process's script: `worker/main.ts` or its bundle. */
  readonly entry: string;
  readonly mode: 'serve' | 'probe';
  readonly device: Device;
  /** Gives it low priority. */
  readonly isBackground?: boolean;
  readonly onMessage: (message: FromEngine) => void;
  /** Receives the output of the process and its native libraries. */
  readonly onOutput: (line: string) => void;
}

/**
 * For glibc's allocator, in bytes; ignored by others. By default each thread keeps freed memory in fragments that fit
 * nothing new. A run's tensors (about 2 MB) stay on the heap: mapping each again would take a tenth of prefill.
 */
const allocator = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: `${32 * 2 ** 20}`,
  MALLOC_TRIM_THRESHOLD_: `${128 * 2 ** 20}`,
};

export function spawnChild({ entry, mode, device, isBackground, onMessage, onOutput }: ChildOptions): Child {
  const options: ForkOptions & { windowsHide: boolean } = {
    serialization: 'advanced',
    // Inherits none of ours: the parent's standard output may carry a protocol, and its debugger port is taken.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    // Last, so that no inherited value turns telemetry on.
    env: { ...allocator, ...process.env, ...telemetryOptOut },
    windowsHide: true,
  };
  const child = fork(entry, [mode, device], options);
  if (isBackground && child.pid !== undefined) lowerPriority(child.pid);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onOutput);
  }
  child.on('message', message => onMessage(message as FromEngine));
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(`failed to start: ${error.message}`));
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exited with code ${code}` : `was killed by ${signal}`);
    });
  });
  return {
    pid: child.pid,
    send(message) {
      // A channel that just closed is not an error here: `ended` reports it.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, which is reported elsewhere, or it may not: then it has the usual priority.
  }
}
