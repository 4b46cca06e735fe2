/** Messages between the engine process and its parent, over the IPC channel of child_process. */
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { RepositoryMemory } from '../../kernels/model/memory.ts';
import type { Device } from './device.ts';
import type { FileMemory } from './file-memory.ts';
import type { FloatTensor } from './tensor.ts';

/** Identifies the weights and their tokenizer. Small, so that every request can include it. */
export interface ModelReference {
  /** Absolute; contains `<name>.safetensors` and `<name>.safetensors.sha256`. */
  readonly folder: string;
  /** Defaults to `nano`, or the only weights in the folder. */
  readonly name?: string;
  /** `Tokenizer.hash` of the tokenizer that produces the ids. */
  readonly tokenizerHash: string;
  /** Runs in float32, the reference: slower, without quantisation error. */
  readonly exact?: boolean;
}

/** The engine's work by name, with parameters and results. Everything can be structure-cloned. */
interface Work {
  /** Has a code model write at the cursor. The first call converts the model, which takes a minute or more. */
  write: { parameters: WriteParameters; result: Written };
  /** Has a code model answer a question with one line; no text if the model is no instruction model. */
  say: { parameters: SayParameters; result: { readonly text: string | undefined } };
  /** Forgets what a code model has read, on disk as well, whether it is open or not. */
  forgetWritten: { parameters: { readonly coder: CoderReference }; result: null };
  /** Prefills the text above a cursor, so that writing there starts sooner; yields to all urgent work. */
  readAhead: { parameters: WriteParameters; result: { readonly read: number } };
  /** Converts a code model where it is not yet, and opens it. */
  openCoder: { parameters: { readonly coder: CoderReference }; result: { readonly title: string } };
  /** Runs the check graph on the current device and compares it with its reference. */
  check: { parameters: { readonly seed: number }; result: CheckResult };
  /** Times one matrix product, [rows, width] × [width, width], as a measure of the device's peak. */
  product: {
    parameters: { readonly rows: number; readonly width: number; readonly repeats: number };
    result: { readonly gigaflops: number; readonly milliseconds: number };
  };
  /** Loads and verifies a model. Other work loads its model on demand, so a restarted process needs no setup. */
  loadModel: {
    parameters: ModelParameters & {
      /** Also opens the decode graphs, so that the first completion does not wait. */
      readonly warm?: boolean;
    };
    result: ModelFacts;
  };
  /** Prefills a file with the self-decoder. */
  prefillFile: {
    parameters: ModelParameters & {
      readonly ids: Ids;
      /** Maximum keys per head for the dilated memory; defaults to one level's. */
      readonly keep?: number;
    };
    result: FileMemory;
  };
  /** Prefills several small files together, which share the cost of a run. Results equal those of `prefillFile`. */
  prefill: {
    parameters: ModelParameters & {
      readonly files: readonly Ids[];
      readonly keep?: number;
      /** Keeps intermediate states, so that the next prefill continues from the first difference. */
      readonly edited?: boolean;
    };
    result: readonly FileMemory[];
  };
  /** Measures how much each token of a file surprises the model, given the tokens before it. */
  judge: {
    parameters: ModelParameters & {
      readonly ids: Ids;
      /** For each position another token whose probability is wanted, or −1. */
      readonly asked: Int32Array;
    };
    result: Judged;
  };
  /** Measures how much units of source text surprise a code model. */
  judgeUnits: { parameters: UnitsParameters; result: JudgedUnits };
  /** Holds a memory for prompts under a key: a few at a time, for the life of the process. */
  loadMemory: {
    parameters: ModelParameters & { readonly key: string; readonly memory: CrossDecoderMemory };
    result: { readonly held: true };
  };
  /**
   * Logits after the last tokens of a prompt. Every call passes the whole prompt; the process caches earlier states and
   * runs only new tokens. So a prompt may extend any earlier one, and a crash costs only time.
   */
  decode: {
    parameters: ModelParameters & {
      readonly ids: Ids;
      /** The key of a memory; omitted for the prompt alone. */
      readonly memory?: string;
      /** Number of final positions to return: 1 by default, at most 32. */
      readonly positions?: number;
    };
    result: Decoded;
  };
}

/** Identifies a pretrained code model. Small, so that every request can include it. */
export interface CoderReference {
  /** Absolute path of the GGUF file. */
  readonly file: string;
  /** Folder of the converted model, named by the file's hash. */
  readonly folder: string;
}

/** Some of another file. */
export interface RelatedText {
  readonly path: string;
  readonly text: string;
}

export interface WriteParameters {
  readonly coder: CoderReference;
  /** Identifies the document: the prefilled state of the last few is kept. */
  readonly document: string;
  readonly before: string;
  readonly after: string;
  /** What stands before the document in the prompt, for models that were trained on several files. */
  readonly related?: readonly RelatedText[];
  readonly maxLines: number;
  /** A rest of the line found elsewhere, as a draft: where the model agrees, it costs little. */
  readonly draft?: string;
  /**
   * Log-probability below which the first line is abandoned; only a more probable one is continued by further lines.
   */
  readonly least?: number;
  /** Milliseconds of writing after which the first line ends where it is, and twice as many after which a block does. */
  readonly budget?: number;
}

export interface SayParameters {
  readonly coder: CoderReference;
  /** What the model is to do, and what with. */
  readonly instruction: string;
  readonly question: string;
}

export interface UnitsParameters {
  readonly coder: CoderReference;
  readonly text: string;
  /** In order of their places, in UTF-16 units; `other` is what might stand in their place, or empty. */
  readonly units: readonly { readonly start: number; readonly end: number; readonly other: string }[];
}

/** In bits, unit by unit. */
export interface JudgedUnits {
  /** −log₂ of the probability of the unit's tokens. */
  readonly own: Float32Array;
  /** The entropy at the unit's first token. */
  readonly expected: Float32Array;
  /** How much more probable the other is than the unit, where they first differ; 0 without another. */
  readonly odds: Float32Array;
}

export interface Written {
  /** The text to insert, without a trailing line break; empty if abandoned. */
  readonly text: string;
  /** Natural log-probability of the first line and its end. */
  readonly logProbability: number;
  /** The first line, as far as written. */
  readonly line: string;
  /** Token by token: its length in UTF-16 units after each token, and the log-probability up to there. */
  readonly steps: readonly { readonly length: number; readonly logProbability: number }[];
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
  /** Prefill requests processed at once. */
  readonly prefillThreads: number;
}

/** The memory of everything except the edited file, as the cross-decoder takes it: shapes as in `RepositoryMemory`. */
export type CrossDecoderMemory = { readonly [Part in keyof RepositoryMemory]: FloatTensor };

/** What the model says of each token, in bits, by position; 0 for the first token. */
export interface Judged {
  /** −log₂ of the token's probability. */
  readonly bits: Float32Array;
  /** The entropy of the distribution. */
  readonly expected: Float32Array;
  /** −log₂ of the probability of the token asked about; 0 where none was. */
  readonly asked: Float32Array;
}

export type Decoded =
  | {
      readonly type: 'decoded';
      /** [positions, vocabulary] */
      readonly logits: Float32Array;
      readonly vocabulary: number;
      /** Prompt tokens taken from cached states. */
      readonly reused: number;
    }
  /** The process does not hold this memory: call `loadMemory` and retry. */
  | { readonly type: 'unknownMemory' };

export type WorkName = keyof Work;
export type ParametersOf<Name extends WorkName> = Work[Name]['parameters'];
export type ResultOf<Name extends WorkName> = Work[Name]['result'];

export interface CheckResult {
  /** Largest difference from the float64 reference, relative to the reference's largest value. */
  readonly error: number;
  readonly right: boolean;
  readonly milliseconds: number;
}

/** A probe process's findings about a device. */
export interface ProbeResult {
  readonly usable: boolean;
  /** Matrix product speed relative to the CPU; 0 if not measured. */
  readonly speed: number;
  /** A clause for the user, such as "no adapter was found": why the device is unusable, or how fast it is. */
  readonly detail: string;
}

/** A work request, typed by name. */
export type WorkRequest = {
  [Name in WorkName]: {
    readonly type: 'work';
    readonly id: number;
    readonly name: Name;
    readonly parameters: ParametersOf<Name>;
    /** Precedes everything not urgent: the user is typing. */
    readonly urgent: boolean;
  };
}[WorkName];

export type ToEngine =
  | WorkRequest
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'stop' };

export type FromEngine =
  | { readonly type: 'probed'; readonly result: ProbeResult }
  /** The runtime is loaded and the check graph is correct on the device. */
  | { readonly type: 'ready'; readonly device: Device }
  /** A sign of life during long work. */
  | { readonly type: 'working' }
  /** The engine cannot work here; retrying would not help. */
  | { readonly type: 'unusable'; readonly problem: string }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: ResultOf<WorkName>;
      /** Resident memory of the process after the work. */
      readonly residentBytes: number;
    }
  | { readonly type: 'rejected'; readonly id: number; readonly problem: string; readonly cancelled: boolean };
