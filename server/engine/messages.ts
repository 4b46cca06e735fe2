/** What the engine process and its parent say to each other, over the IPC channel of child_process. */
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { RepositoryMemory } from '../../kernels/model/memory.ts';
import type { Device } from './device.ts';
import type { FileMemory } from './file-memory.ts';
import type { FloatTensor } from './tensor.ts';

/** Which weights, and the tokenizer that they have to fit. Small, so that every request can say it. */
export interface ModelReference {
  /** Absolute; holds `<name>.safetensors` and `<name>.safetensors.sha256`. */
  readonly folder: string;
  /** `nano` when left out, or the only weights in the folder. */
  readonly name?: string;
  /** `Tokenizer.hash` of the tokenizer that makes the ids. */
  readonly tokenizerHash: string;
  /** In float32, the reference: slower, and without the error of quantised weights. */
  readonly exact?: boolean;
}

/** The work that the engine does, by name: what goes in and what comes out. All of it can be structure-cloned. */
interface Work {
  /** Has a code model write what comes at a cursor. The first time, the model is converted, which takes a minute or more. */
  write: { parameters: WriteParameters; result: Written };
  /** Converts a code model where it is not yet, and opens it. */
  openCoder: { parameters: { readonly coder: CoderReference }; result: { readonly title: string } };
  /** Runs the check graph on the device in use and compares it with its reference. */
  check: { parameters: { readonly seed: number }; result: CheckResult };
  /** Times one matrix product, [rows, width] × [width, width]: what the device achieves at best. */
  product: {
    parameters: { readonly rows: number; readonly width: number; readonly repeats: number };
    result: { readonly gigaflops: number; readonly milliseconds: number };
  };
  /** Loads and verifies a model. Other work loads what it names by itself: a new process needs no telling. */
  loadModel: {
    parameters: ModelParameters & {
      /** Opens the graphs that decode as well, so that the first completion does not wait for that. */
      readonly warm?: boolean;
    };
    result: ModelFacts;
  };
  /** Reads a file with the self-decoder. */
  read: {
    parameters: ModelParameters & {
      readonly ids: Ids;
      /** Keys that a head of the dilated memory keeps of the file at most; as many as a level of that memory when left out. */
      readonly keep?: number;
    };
    result: FileMemory;
  };
  /** Reads several files: as many as are small together, so that they share what a run costs. The results are those of `read`. */
  prefill: {
    parameters: ModelParameters & {
      readonly files: readonly Ids[];
      readonly keep?: number;
      /** States inside of them are kept, and a later reading goes on from where a file begins to differ. */
      readonly edited?: boolean;
    };
    result: readonly FileMemory[];
  };
  /** Holds what prompts are decoded with under a key: a few at a time, and only as long as the process lives. */
  loadMemory: {
    parameters: ModelParameters & { readonly key: string; readonly memory: CrossDecoderMemory };
    result: { readonly held: true };
  };
  /**
   * Logits after the last tokens of a prompt. The whole prompt is given each time; the process keeps states of earlier ones, and runs
   * only what is new. So a prompt may go on from any earlier one, and nothing is lost with the process but time.
   */
  decode: {
    parameters: ModelParameters & {
      readonly ids: Ids;
      /** The key of a memory; left out, there is nothing but the prompt. */
      readonly memory?: string;
      /** How many of the last positions are wanted: 1 when left out, at most 32. */
      readonly positions?: number;
    };
    result: Decoded;
  };
}

/** A pretrained code model. Small, so that every request can say it. */
export interface CoderReference {
  /** The GGUF file, absolute. */
  readonly file: string;
  /** Where the converted model lies, or will: named by the file's hash. */
  readonly folder: string;
}

export interface WriteParameters {
  readonly coder: CoderReference;
  /** Which document it is: of the last few, what was read is kept. */
  readonly document: string;
  readonly before: string;
  readonly after: string;
  readonly maxLines: number;
}

export interface Written {
  /** What the model would insert, without a line break at its end. */
  readonly text: string;
  /** Natural logarithm of the probability of the first line and its end. */
  readonly logProbability: number;
  /** Tokens of the prompt, those of them that had to be read, and tokens written. */
  readonly prompt: number;
  readonly read: number;
  readonly written: number;
}

export type Ids = Uint16Array | Int32Array;

export interface ModelParameters {
  readonly model: ModelReference;
}

export interface ModelFacts {
  readonly name: string;
  readonly modelId: string;
  readonly config: ModelConfig;
  /** Keys of the dilated memory that a prompt sees: K of `CrossDecoderMemory`. */
  readonly slots: number;
  /** Requests to read that are worked on at once. */
  readonly readers: number;
}

/** The memory of everything but the edited file, as the cross-decoder reads it: shapes as in `RepositoryMemory`. */
export type CrossDecoderMemory = { readonly [Part in keyof RepositoryMemory]: FloatTensor };

export type Decoded =
  | {
      readonly type: 'decoded';
      /** [positions, vocabulary] */
      readonly logits: Float32Array;
      readonly vocabulary: number;
      /** Tokens of the prompt that were not run again. */
      readonly reused: number;
    }
  /** The process does not hold this memory, or not any more: `loadMemory` it, and ask again. */
  | { readonly type: 'unknownMemory' };

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
  /** A sign of life in the middle of long work. */
  | { readonly type: 'working' }
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
