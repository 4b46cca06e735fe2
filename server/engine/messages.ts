/** What the engine process and its parent say to each other, over the IPC channel of child_process. */
import type { Device } from './device.ts';

/** The work that the engine does, by name: what goes in and what comes out. All of it can be structure-cloned. */
interface Work {
  /** Runs the check graph on the device in use and compares it with its reference. */
  check: { parameters: { readonly seed: number }; result: CheckResult };
  /** Times one matrix product, [rows, width] × [width, width]: what the device achieves at best. */
  product: {
    parameters: { readonly rows: number; readonly width: number; readonly repeats: number };
    result: { readonly gigaflops: number; readonly milliseconds: number };
  };
}

export type WorkName = keyof Work;
export type ParametersOf<Name extends WorkName> = Work[Name]['parameters'];
export type ResultOf<Name extends WorkName> = Work[Name]['result'];

export interface CheckResult {
  /** The largest difference from the float64 reference, relative to the largest value of the reference. */
  readonly error: number;
  readonly right: boolean;
  readonly milliseconds: number;
}

/** What a throw-away process found out about a device. */
export interface ProbeResult {
  readonly usable: boolean;
  /** How many times as fast as the CPU a matrix product is; 0 where that was not measured. */
  readonly speed: number;
  /** A clause for the user, such as "no adapter was found": why the device is not usable, or how well it did. */
  readonly detail: string;
}

/** One request for work, typed by its name. */
export type WorkRequest = {
  [Name in WorkName]: {
    readonly type: 'work';
    readonly id: number;
    readonly name: Name;
    readonly parameters: ParametersOf<Name>;
    /** Goes before everything that is not urgent: somebody is typing. */
    readonly urgent: boolean;
  };
}[WorkName];

export type ToEngine =
  | WorkRequest
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'stop' };

export type FromEngine =
  | { readonly type: 'probed'; readonly result: ProbeResult }
  /** The runtime is loaded and the check graph gives right results on the device. */
  | { readonly type: 'ready'; readonly device: Device; readonly check: CheckResult }
  /** The engine cannot work here, and trying again would not help. */
  | { readonly type: 'unusable'; readonly problem: string }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: ResultOf<WorkName>;
      /** Resident memory of the process after the work. */
      readonly residentBytes: number;
    }
  | { readonly type: 'rejected'; readonly id: number; readonly problem: string; readonly cancelled: boolean };
