/**
 * The client of the engine process. Starts the process on demand, and restarts it when it crashes, hangs or grows too
 * large; repeatable requests survive that. Loads no native code.
 */
import { type Child, spawnChild } from './child.ts';
import type { Device, DeviceSetting } from './device.ts';
import type { FromEngine, ParametersOf, ResultOf, WorkName, WorkRequest } from './messages.ts';
import { chooseDevice, type DeviceChoice, probeDevice } from './probe.ts';
import type { ProbeCache } from './probe-cache.ts';

export interface EngineStatus {
  readonly state: 'stopped' | 'starting' | 'running' | 'restarting' | 'failed';
  /** The device in use, once chosen. */
  readonly device?: Device;
  /** Why this device was chosen, and that it computes correctly, in plain sentences. Empty until then. */
  readonly deviceReason: string;
  /** Unexpected exits since the engine was created. */
  readonly crashes: number;
  /** Process id, while running. */
  readonly pid?: number;
  /** Resident memory of the process after its last work; 0 before. */
  readonly residentBytes: number;
  /** A sentence for the user: why it is not running, or why it restarts. */
  readonly problem?: string;
}

interface RunOptions {
  readonly signal?: AbortSignal;
  /** Precedes everything not urgent. */
  readonly urgent?: boolean;
}

export interface Engine {
  readonly status: EngineStatus;
  /** Calls back on every change, until the returned function is called. */
  onStatusChanged(listener: (status: EngineStatus) => void): () => void;
  /** Starts the process unless it is running. Returns at once; see the status for the outcome. */
  start(): void;
  /**
   * Runs work, starting the engine if necessary. Rejects with an `EngineError` if the engine cannot do it, and with the
   * signal's reason when aborted.
   */
  run<Name extends WorkName>(
    name: Name,
    parameters: ParametersOf<Name>,
    options?: RunOptions,
  ): Promise<ResultOf<Name>>;
  /** Sets the device for the next start; a running engine restarts on it. */
  use(device: DeviceSetting): void;
  /** Starts a new process and chooses the device again. Open work moves to it. */
  restart(device?: DeviceSetting): void;
  /** Ends the process and rejects open work. Resolves when it has exited; the engine can be started again. */
  stop(): Promise<void>;
}

class EngineError extends Error {
  override readonly name = 'EngineError';
}

export interface EngineOptions {
  /** The engine process's script. */
  readonly entry: string;
  readonly device: DeviceSetting;
  readonly log: (level: 'debug' | 'info' | 'warning' | 'error', message: string) => void;
  /** Resident memory in bytes above which an idle process is replaced: onnxruntime's sessions leak a little. */
  readonly residentCeiling?: number;
  /** Probe results of earlier sessions. */
  readonly probes?: ProbeCache;
  /** Milliseconds before the first restart; doubles with every consecutive crash. */
  readonly firstDelay?: number;
  /** Milliseconds of silence after which a process with open work counts as hung. */
  readonly patience?: number;
  /** Milliseconds without work after which the process ends; the next request starts another. */
  readonly idleLimit?: number;
  /** Gives its process low priority. */
  readonly isBackground?: boolean;
}

interface Pending {
  readonly request: WorkRequest;
  readonly resolve: (result: ResultOf<WorkName>) => void;
  readonly reject: (error: unknown) => void;
  /** Detaches from its abort signal. */
  readonly close: () => void;
  /** Number of processes it was given to. */
  attempts: number;
}

/** Consecutive crashes, without completed work between them, before giving up until the next request. */
const maxCrashes = 5;
const longestDelay = 30_000;
/** Work open during this many crashes is assumed to cause them. */
const maxAttempts = 2;

export function createEngine(options: EngineOptions): Engine {
  return new EngineProcess(options);
}

class EngineProcess implements Engine {
  readonly #options: Required<Omit<EngineOptions, 'probes'>> & Pick<EngineOptions, 'probes'>;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(status: EngineStatus) => void>();
  #status: EngineStatus = { state: 'stopped', deviceReason: '', crashes: 0, residentBytes: 0 };
  #setting: DeviceSetting;
  #choice: DeviceChoice | undefined;
  #child: Child | undefined;
  #launch: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  #crashesInRow = 0;
  /** Resident memory after the first work of this process. */
  #firstResident = 0;
  #hung = false;

  constructor(options: EngineOptions) {
    this.#options = {
      residentCeiling: 4 * 2 ** 30,
      firstDelay: 250,
      patience: 60_000,
      idleLimit: 30 * 60_000,
      isBackground: false,
      ...options,
    };
    this.#setting = options.device;
  }

  get status(): EngineStatus {
    return this.#status;
  }

  onStatusChanged(listener: (status: EngineStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    const { state } = this.#status;
    if (state === 'stopped' || state === 'failed') {
      this.#crashesInRow = 0;
      void this.#start('starting');
    }
  }

  run<Name extends WorkName>(
    name: Name,
    parameters: ParametersOf<Name>,
    { signal, urgent = false }: RunOptions = {},
  ): Promise<ResultOf<Name>> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#status.state === 'failed') return Promise.reject(new EngineError(this.#status.problem));
    const id = ++this.#lastId;
    const request = { type: 'work', id, name, parameters, urgent } as WorkRequest;
    return new Promise((resolve, reject) => {
      const aborted = () => {
        // Later messages about it are ignored.
        if (this.#pending.delete(id)) this.#child?.send({ type: 'cancel', id });
        this.#watchIdle();
        reject(signal?.reason);
      };
      const pending: Pending = {
        request,
        attempts: 0,
        resolve: result => resolve(result as ResultOf<Name>),
        reject,
        close: () => signal?.removeEventListener('abort', aborted),
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#pending.set(id, pending);
      this.start();
      this.#give(pending);
    });
  }

  restart(device: DeviceSetting = this.#setting): void {
    this.#setting = device;
    this.#choice = undefined;
    this.#crashesInRow = 0;
    this.#retire();
    void this.#start(this.#status.state === 'stopped' ? 'starting' : 'restarting');
  }

  use(device: DeviceSetting): void {
    this.#setting = device;
    this.#choice = undefined;
    if (this.#status.state !== 'stopped') this.restart();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#retire();
    this.#change({ state: 'stopped' });
    this.#rejectAll('the engine was stopped');
    await child?.ended;
  }

  /** Ends the current process, politely first, without counting it as a crash. */
  #retire(): void {
    this.#launch?.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.send({ type: 'stop' });
    const force = setTimeout(() => child.kill(), 2000);
    void child.ended.then(() => clearTimeout(force));
  }

  async #start(state: 'starting' | 'restarting'): Promise<void> {
    const launch = new AbortController();
    this.#launch = launch;
    this.#change({ state, ...(state === 'starting' ? { problem: undefined } : {}) });
    const { entry, log, patience, isBackground, probes } = this.#options;
    const output = (line: string) => log('debug', `engine: ${line}`);
    const probe = async (device: Device) => {
      const result = await probeDevice(device, { entry, log: output, signal: launch.signal });
      // An aborted probe says nothing about the device.
      if (!launch.signal.aborted) probes?.keep(device, result);
      return result;
    };
    const choice = this.#choice ?? (await chooseDevice(this.#setting, probe, undefined, probes));
    if (launch.signal.aborted) return;
    this.#choice = choice;
    const { device } = choice;
    this.#change({ device, deviceReason: choice.reason, residentBytes: 0 });
    this.#firstResident = 0;
    this.#hung = false;
    const child = spawnChild({
      entry,
      mode: 'serve',
      device,
      isBackground,
      onMessage: message => {
        if (this.#child === child) this.#hear(message, child);
      },
      onOutput: output,
    });
    this.#child = child;
    this.#watch(patience);
    void child.ended.then(how => {
      if (this.#child === child) this.#crashed(how);
    });
  }

  #hear(message: FromEngine, child: Child): void {
    switch (message.type) {
      case 'probed':
      case 'working':
        break;
      case 'ready':
        this.#ready(child);
        break;
      case 'unusable':
        this.#unusable(message.problem);
        return;
      case 'result':
        this.#crashesInRow = 0;
        this.#firstResident ||= message.residentBytes;
        this.#change({ residentBytes: message.residentBytes });
        this.#settle(message.id)?.resolve(message.result);
        this.#replaceWhenLarge();
        break;
      case 'rejected':
        this.#settle(message.id)?.reject(new EngineError(message.problem));
        break;
    }
    this.#watch(this.#options.patience);
  }

  #ready(child: Child): void {
    this.#change({
      state: 'running',
      problem: undefined,
      ...(child.pid === undefined ? {} : { pid: child.pid }),
      deviceReason: `${this.#choice?.reason ?? ''} A test computation on it was correct.`.trim(),
    });
    for (const pending of this.#pending.values()) this.#give(pending);
  }

  /** A restart would fail the same way; only another device may help. */
  #unusable(problem: string): void {
    const device = this.#choice?.device;
    this.#retire();
    if (device !== undefined && device !== 'cpu') {
      this.#options.log('warning', `The engine cannot use ${device}: ${problem}. The CPU is used instead.`);
      this.#choice = { device: 'cpu', reason: `The CPU is used, because ${problem}.` };
      void this.#start('restarting');
      return;
    }
    this.#fail(`The model cannot run: ${problem}.`);
  }

  #crashed(how: string): void {
    this.#child = undefined;
    clearTimeout(this.#watchdog);
    const why = this.#hung ? 'did not respond and was killed' : how;
    this.#crashesInRow += 1;
    this.#change({ crashes: this.#status.crashes + 1 });
    this.#rejectStarted(
      `the engine process ${why} while processing this request`,
      ({ attempts }) => attempts < maxAttempts,
    );
    if (this.#crashesInRow >= maxCrashes) {
      this.#fail(`The engine process ${why}, ${this.#crashesInRow} times in a row.`);
      return;
    }
    const delay = Math.min(this.#options.firstDelay * 2 ** (this.#crashesInRow - 1), longestDelay);
    const problem = `The engine process ${why}; restarting it.`;
    this.#options.log('warning', problem);
    this.#change({ state: 'restarting', problem });
    this.#timer = setTimeout(() => void this.#start('restarting'), delay);
  }

  #fail(problem: string): void {
    this.#options.log('error', problem);
    this.#change({ state: 'failed', problem });
    this.#rejectAll(problem);
  }

  #give(pending: Pending): void {
    if (this.#status.state !== 'running' || this.#child === undefined || this.#tooLarge()) return;
    pending.attempts += 1;
    this.#child.send(pending.request);
    this.#watch(this.#options.patience);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    pending?.close();
    this.#pending.delete(id);
    this.#watchIdle();
    return pending;
  }

  #watchIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#pending.size > 0 || this.#status.state !== 'running') return;
      this.#options.log('debug', 'engine: ending after a while without work');
      this.#retire();
      this.#change({ state: 'stopped' });
    }, this.#options.idleLimit).unref();
  }

  /** Rejects work that a process has started, except what may be repeated. */
  #rejectStarted(problem: string, mayRepeat: (pending: Pending) => boolean): void {
    for (const [id, pending] of this.#pending) {
      if (pending.attempts === 0 || mayRepeat(pending)) continue;
      this.#settle(id)?.reject(new EngineError(problem));
    }
  }

  #rejectAll(problem: string): void {
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(new EngineError(problem));
  }

  /** A leaking process gets no new work (`#give`) and is replaced when open work is done. */
  #replaceWhenLarge(): void {
    const open = [...this.#pending.values()].some(({ attempts }) => attempts > 0);
    if (!this.#tooLarge() || open) return;
    const size = Math.round(this.#status.residentBytes / 2 ** 20);
    this.#options.log('info', `The engine process uses ${size} MB; replacing it.`);
    this.#retire();
    void this.#start('restarting');
  }

  /** A model that is large from the start is not a leak. */
  #tooLarge(): boolean {
    const ceiling = Math.max(this.#options.residentCeiling, 2 * this.#firstResident);
    return this.#child !== undefined && this.#status.residentBytes > ceiling;
  }

  /** Times the silence of a process that should respond. */
  #watch(patience: number): void {
    clearTimeout(this.#watchdog);
    const child = this.#child;
    const waitedFor = this.#status.state !== 'running' || this.#pending.size > 0;
    if (child === undefined || !waitedFor) return;
    this.#watchdog = setTimeout(() => {
      this.#hung = true;
      child.kill();
    }, patience);
  }

  #change(change: { [Key in keyof EngineStatus]?: EngineStatus[Key] | undefined }): void {
    const { problem, pid, ...status } = { ...this.#status, ...change };
    this.#status = {
      ...(status as EngineStatus),
      ...(problem === undefined || status.state === 'stopped' ? {} : { problem }),
      ...(pid === undefined || status.state !== 'running' ? {} : { pid }),
    };
    for (const listener of this.#listeners) listener(this.#status);
  }
}
