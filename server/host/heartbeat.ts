/**
 * Detects a worker thread that one file keeps busy for too long, as malicious text can do to a pattern. The worker
 * beats from its event loop and records its current file in shared memory, because a blocked thread cannot send
 * messages.
 */

const beats = 0;
const pathLength = 1;
const headerBytes = 8;
const longestPath = 4096;

export function newHeartbeatBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + longestPath);
}

/** Milliseconds between beats, and between checks. */
const beatInterval = 500;

/** The worker's side. */
export class Heartbeat {
  readonly #header: Int32Array;
  readonly #path: Uint8Array;
  #clearing = false;

  constructor(memory: SharedArrayBuffer) {
    this.#header = new Int32Array(memory, 0, 2);
    this.#path = new Uint8Array(memory, headerBytes);
    const beat = () => Atomics.add(this.#header, beats, 1);
    beat();
    setInterval(beat, beatInterval).unref();
  }

  /** Records the current file until the event loop turns: a thread that does not get there is blocked by it. */
  readonly workOn = (path: string): void => {
    const bytes = Buffer.from(path);
    const length = bytes.length > longestPath ? 0 : bytes.length;
    this.#path.set(bytes.subarray(0, length));
    Atomics.store(this.#header, pathLength, length);
    if (this.#clearing) return;
    this.#clearing = true;
    setImmediate(() => {
      this.#clearing = false;
      Atomics.store(this.#header, pathLength, 0);
    });
  };
}

export interface Patience {
  /** Milliseconds of silence with a current file; any real file takes a fraction of this. */
  readonly file: number;
  /** Milliseconds of silence without one: indexing millions of tokens may take its time. */
  readonly other: number;
  /**
   * How many times longer to wait while the process hardly uses the processor: on a busy machine a silent thread may
   * only be waiting for it. Not for ever: a disk that does not answer blocks without it, too.
   */
  readonly waiting: number;
}

export const usualPatience: Patience = { file: 10_000, other: 120_000, waiting: 6 };

/** The share of the silence that a thread which works uses the processor for, at least. */
const leastBusyShare = 0.5;

/** The server's side. A thread that has never beaten is not judged. */
export class HeartbeatMonitor {
  readonly #timer: NodeJS.Timeout;

  /** @param onSilent called once, with the current file if there was one */
  constructor(
    memory: SharedArrayBuffer,
    onSilent: (path: string | undefined) => void,
    patience: Patience = usualPatience,
  ) {
    const header = new Int32Array(memory, 0, 2);
    let last = 0;
    // Counts checks instead of time: a computer that slept proves nothing.
    let silentLooks = 0;
    let since = process.cpuUsage();
    this.#timer = setInterval(() => {
      const now = Atomics.load(header, beats);
      silentLooks = now === last ? silentLooks + 1 : 0;
      if (silentLooks === 0) since = process.cpuUsage();
      last = now;
      const length = Atomics.load(header, pathLength);
      const limit = length > 0 ? patience.file : patience.other;
      const silent = silentLooks * beatInterval;
      if (now === 0 || silent < limit) return;
      const { user, system } = process.cpuUsage(since);
      if ((user + system) / 1000 < leastBusyShare * limit && silent < patience.waiting * limit) return;
      this.stop();
      onSilent(length > 0 ? Buffer.from(memory, headerBytes).subarray(0, length).toString() : undefined);
    }, beatInterval);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
