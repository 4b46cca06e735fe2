/** A child process that runs `worker/main.ts`: spawned, spoken to, watched. */
import { type ForkOptions, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Device } from './device.ts';
import type { FromEngine, ToEngine } from './messages.ts';
import { telemetryOptOut } from './telemetry.ts';

export interface Child {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  /** Resolves, with how it ended, when it is gone for good. Never rejects. */
  readonly ended: Promise<string>;
}

export interface ChildOptions {
  /** The file of the engine process: `worker/main.ts`, or what it was bundled to. */
  readonly entry: string;
  readonly mode: 'serve' | 'probe';
  readonly device: Device;
  readonly onMessage: (message: FromEngine) => void;
  /** Gets what the process and its native libraries print. */
  readonly onOutput: (line: string) => void;
}

/**
 * For glibc's allocator, in bytes; others ignore it. By default each thread keeps what was once allocated there, in pieces that fit nothing
 * new. Tensors of a run (about 2 MB) stay on the heap: asking the system for each again takes a tenth of reading.
 */
const allocator = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: `${32 * 2 ** 20}`,
  MALLOC_TRIM_THRESHOLD_: `${128 * 2 ** 20}`,
};

export function spawnChild({ entry, mode, device, onMessage, onOutput }: ChildOptions): Child {
  const options: ForkOptions & { windowsHide: boolean } = {
    serialization: 'advanced',
    // Nothing of ours: the parent's standard output may carry a protocol, and its debugger port is taken.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    // Last, so that nothing inherited turns telemetry on.
    env: { ...allocator, ...process.env, ...telemetryOptOut },
    windowsHide: true,
  };
  const child = fork(entry, [mode, device], options);
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
      // A channel that has just closed is no error here: `ended` tells what happened.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}
