/** `longsight eval`: hides lines of a repository, suggests them under several settings, and counts. */
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { AsyncPredictor, PredictionScope } from '../copy-memory/predictor.ts';
import type { RelatedText } from '../engine/messages.ts';
import { contentOf } from '../sequence/content.ts';
import type { CoderClient } from '../suggestions/coder-client.ts';
import { suggest } from '../suggestions/suggest.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { bitsPerByte } from './bits.ts';
import { ChunkIndex } from './bm25.ts';
import { type LineClass, LineClassifier, lineClasses } from './classes.ts';
import { type CursorCase, chooseLines, cursorIn, type EvaluatedFile, type HiddenLine } from './lines.ts';
import {
  type CurvePoint,
  coverageAt,
  curveOf,
  type Metrics,
  metricsOf,
  type Outcome,
  type ReliabilityBin,
  reliabilityOf,
} from './metrics.ts';
import { randomFrom } from './random.ts';

export interface EvaluationOptions {
  /** Memory of the repository whose lines are hidden. */
  readonly memory: CopyMemory;
  readonly tokenizer: Tokenizer;
  /** Number of lines to hide. */
  readonly lines: number;
  /** Hides only lines of this class. */
  readonly only?: LineClass | undefined;
  /** Skips the cursor at the start of the line, whose figures are then empty. */
  readonly inLineOnly?: boolean;
  readonly seed: number;
  /** `file`, `repo`, `copy`, `coder`, `coder:file`, `mixed`, `neural`, `neural+copy`, `bm25`, `oracle`, `other:<folder>`. */
  readonly settings: readonly string[];
  /** Reads another repository, for `other:`. */
  readonly openOther: (folder: string) => Promise<CopyMemory>;
  /** The selected code model, for `coder` (alone) and `mixed` (with the copy memory, as in an editor). */
  readonly coder?: CoderClient | undefined;
  /** What the code model is told of other files, as in an editor. */
  readonly relatedTo?: ((path: string, text: string) => readonly RelatedText[]) | undefined;
  /** Predictors for `neural` and `neural+copy`, after prefill of the repository. */
  readonly neural?: { readonly alone: AsyncPredictor; readonly mixed: AsyncPredictor } | undefined;
  /** Other predictors, measured on the same lines. */
  readonly baselines?: ReadonlyMap<string, Asker>;
  readonly eagerness?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Metrics for one cursor position, with the curve of precision against coverage. */
export interface CursorMetrics extends Metrics {
  readonly curve: readonly CurvePoint[];
  readonly reliability: readonly ReliabilityBin[];
  /** Largest share of lines, by decreasing confidence, of which half the suggestions are right, and four fifths. */
  readonly coverageAtHalf: number;
  readonly coverageAtFourFifths: number;
}

/** Metrics of a setting with the cursor 40 % into the line, and with it at the start. */
export interface SettingMetrics extends CursorMetrics {
  readonly lineStart: CursorMetrics;
}

export interface Unavailable {
  readonly unavailable: string;
}

export interface ClassMetrics {
  readonly n: number;
  readonly settings: Readonly<Record<string, Metrics & { readonly lineStart: Metrics }>>;
}

/** All shares are between 0 and 1. */
export interface Evaluation {
  /** Number of hidden lines. */
  readonly n: number;
  readonly seed: number;
  /** Number of files with hidden lines. */
  readonly files: number;
  readonly eagerness: number;
  /** The buffer includes the text after the hidden line, but nothing of the line after the cursor. */
  readonly withSuffix: true;
  readonly settings: Readonly<Record<string, SettingMetrics | Unavailable>>;
  readonly byClass: Readonly<Record<LineClass, ClassMetrics>>;
  /** Of hidden files, from start to end, by setting. */
  readonly bitsPerByte: Readonly<Record<string, number>>;
}

/** Validates setting names before reading anything: a sentence for the user, or undefined. */
export function settingsProblem(settings: readonly string[]): string | undefined {
  const unknown = settings.filter(name => !knownSettings.has(name) && !/^other:./.test(name));
  if (settings.length === 0) return 'No settings given.';
  if (unknown.length === 0) return undefined;
  return `There is no setting "${unknown[0]}"; there are ${[...knownSettings].join(', ')} and other:<folder>.`;
}

/** @throws RangeError when no line can be hidden; the signal's reason when aborted */
export async function runEvaluation(options: EvaluationOptions): Promise<Evaluation> {
  const { memory, tokenizer, seed, signal, eagerness = 0.5 } = options;
  const files = filesOf(memory, tokenizer);
  const classifier = new LineClassifier(files);
  const lines = hiddenLines(files, classifier, options);
  if (lines.length === 0) throw new RangeError('This repository has no line of code to hide.');
  const classes = lines.map(line => classifier.classOf(line));
  const askers = await askersFor(options, files);
  const cursors = [
    lines.map(line => cursorIn(line, cursorFractions.inLine)),
    options.inLineOnly ? [] : lines.map(line => cursorIn(line, cursorFractions.lineStart)),
  ];
  const asked = [...askers].filter(([name, asker]) => name !== 'copy' && typeof asker === 'function');
  const total = asked.length * cursors.flat().length;
  const outcomes = new Map<string, Outcome[][]>();
  let done = 0;
  for (const [name, asker] of asked) {
    if (typeof asker !== 'function') continue;
    const both: Outcome[][] = [];
    for (const cases of cursors) {
      const results: Outcome[] = [];
      for (const one of cases) {
        signal?.throwIfAborted();
        results.push(await asker(one));
        options.onProgress?.(++done, total);
        // Lets an interrupt be handled.
        if (done % 16 === 0) await new Promise(resolve => setImmediate(resolve));
      }
      both.push(results);
    }
    outcomes.set(name, both);
  }
  const settings: Record<string, SettingMetrics | Unavailable> = {};
  for (const [name, asker] of askers) {
    const both = outcomes.get(name === 'copy' ? 'repo' : name);
    settings[name] =
      both === undefined
        ? { unavailable: typeof asker === 'string' ? asker : 'not measured' }
        : { ...cursorMetrics(both[0]!), lineStart: cursorMetrics(both[1]!) };
  }
  return {
    n: lines.length,
    seed,
    files: new Set(lines.map(line => line.file.path)).size,
    eagerness,
    withSuffix: true,
    settings,
    byClass: Object.fromEntries(
      lineClasses.map(name => [name, classMetrics(name, classes, outcomes)]),
    ) as unknown as Record<LineClass, ClassMetrics>,
    bitsPerByte: await bitsBySetting(options, lines),
  };
}

/** The hidden lines; for a single class, those among twenty times as many. */
function hiddenLines(
  files: readonly EvaluatedFile[],
  classifier: LineClassifier,
  { lines, seed, only }: EvaluationOptions,
): HiddenLine[] {
  if (only === undefined) return chooseLines(files, lines, randomFrom(seed));
  return chooseLines(files, 20 * lines, randomFrom(seed))
    .filter(line => classifier.classOf(line) === only)
    .slice(0, lines);
}

const knownSettings: ReadonlySet<string> = new Set([
  'file',
  'repo',
  'copy',
  'coder',
  'coder:file',
  'mixed',
  'neural',
  'neural+copy',
  'bm25',
  'oracle',
]);
const cursorFractions = { inLine: 0.4, lineStart: 0 } as const;
const notRead = 'the model has not read the repository; use --neural';
const noCoder = 'no code model is in use; "longsight model" lists them';

/** A model takes its time for a block, and only the first line is counted. */
const firstLineOnly = { maxLines: 1 } as const;

/** Suggests for one cursor; a sentence if a setting is unavailable. */
export type Asker = ((one: CursorCase) => Promise<Outcome>) | string;

async function askersFor(
  options: EvaluationOptions,
  files: readonly EvaluatedFile[],
): Promise<Map<string, Asker>> {
  const { memory, tokenizer, eagerness } = options;
  const outcomeOf = async (
    one: CursorCase,
    answer: (request: CompletionRequest) => Promise<Completion>,
    started = performance.now(),
  ): Promise<Outcome> => {
    // No deadline: what is suggested must not depend on how busy the machine is.
    const budget = Number.POSITIVE_INFINITY;
    const { path } = one.line.file;
    const { item, withheld, line } = await answer({
      path,
      text: one.text,
      offset: one.offset,
      eagerness,
      budget,
    });
    // Whole lines are what is counted; a start of one that is shown in its place is not.
    const best = line ?? item ?? withheld;
    return {
      before: one.before,
      expected: one.expected,
      suggested: best?.text.split('\n')[0] ?? '',
      confidence: best?.confidence ?? 0,
      shown: item !== undefined && item.text === best?.text,
      milliseconds: performance.now() - started,
    };
  };
  const ask = (
    one: CursorCase,
    predictor: AsyncPredictor,
    scope: PredictionScope,
    coder?: CoderClient,
    started?: number,
  ): Promise<Outcome> => {
    const from = { predictor, tokenizer, coder };
    const asked = coder === undefined ? { scope } : { scope, ...firstLineOnly };
    return outcomeOf(one, request => suggest({ ...request, ...asked }, from, options.signal), started);
  };
  const askers = new Map<string, Asker>();
  for (const name of new Set(options.settings)) {
    if (name === 'file') askers.set(name, one => ask(one, memory, 'file'));
    else if (name === 'repo') askers.set(name, one => ask(one, memory, 'repository'));
    else if (name === 'copy') {
      // One measurement serves both names.
      if (!askers.has('repo')) askers.set('repo', one => ask(one, memory, 'repository'));
      askers.set(name, one => ask(one, memory, 'repository'));
    } else if (name === 'coder' || name === 'coder:file' || name === 'mixed') {
      const { coder } = options;
      if (coder === undefined) {
        askers.set(name, noCoder);
        continue;
      }
      askers.set(name, one => {
        const { path } = one.line.file;
        coder.relate(path, options.relatedTo?.(path, one.text) ?? []);
        if (name === 'mixed') return ask(one, memory, 'repository', coder);
        const scope = name === 'coder' ? 'repository' : 'file';
        return outcomeOf(one, request =>
          coder.alone({ ...request, ...firstLineOnly, scope }, options.signal),
        );
      });
    } else if (name === 'neural' || name === 'neural+copy') {
      const predictor = name === 'neural' ? options.neural?.alone : options.neural?.mixed;
      askers.set(name, predictor === undefined ? notRead : one => ask(one, predictor, 'repository'));
    } else if (name === 'oracle') askers.set(name, oracle(files));
    else if (name === 'bm25') {
      const index = new ChunkIndex(files);
      askers.set(name, one => {
        const started = performance.now();
        const chunks = index.memoryFor(one.text.slice(0, one.offset), one.line.file.path, tokenizer);
        return ask(one, chunks, 'repository', undefined, started);
      });
    } else {
      const other = await options.openOther(name.slice('other:'.length));
      askers.set(name, one => ask(one, other, 'repository'));
    }
  }
  for (const [name, asker] of options.baselines ?? []) askers.set(name, asker);
  return askers;
}

/** Upper bound for suggesting lines found elsewhere in the repository. */
function oracle(files: readonly EvaluatedFile[]): Asker {
  const counts = new Map<string, number>();
  for (const file of files)
    for (const line of file.text.split('\n')) counts.set(line.trim(), (counts.get(line.trim()) ?? 0) + 1);
  return async one => {
    const isKnown = (counts.get(one.line.text.trim()) ?? 0) > 1;
    return {
      before: one.before,
      expected: one.expected,
      suggested: isKnown ? one.expected : '',
      confidence: isKnown ? 1 : 0,
      shown: isKnown,
      milliseconds: 0,
    };
  };
}

function cursorMetrics(outcomes: readonly Outcome[]): CursorMetrics {
  return {
    ...metricsOf(outcomes),
    curve: curveOf(outcomes),
    reliability: reliabilityOf(outcomes),
    coverageAtHalf: coverageAt(outcomes, 0.5),
    coverageAtFourFifths: coverageAt(outcomes, 0.8),
  };
}

function classMetrics(
  name: LineClass,
  classes: readonly LineClass[],
  outcomes: ReadonlyMap<string, readonly Outcome[][]>,
): ClassMetrics {
  const own = (all: readonly Outcome[]): Outcome[] => all.filter((_, i) => classes[i] === name);
  return {
    n: classes.filter(one => one === name).length,
    settings: Object.fromEntries(
      [...outcomes].map(([setting, [inLine, lineStart]]) => [
        setting,
        { ...metricsOf(own(inLine!)), lineStart: metricsOf(own(lineStart!)) },
      ]),
    ),
  };
}

async function bitsBySetting(
  options: EvaluationOptions,
  lines: readonly HiddenLine[],
): Promise<Record<string, number>> {
  const { memory, tokenizer, signal, neural } = options;
  const bits: Record<string, number> = {};
  const files = [...new Set(lines.map(line => line.file))].slice(0, filesForBits);
  const wanted = new Set(options.settings.map(name => (name === 'copy' ? 'repo' : name)));
  for (const name of wanted) {
    const predictor = name === 'neural' ? neural?.alone : name === 'neural+copy' ? neural?.mixed : memory;
    if (predictor === undefined || !['file', 'repo', 'neural', 'neural+copy'].includes(name)) continue;
    const scope = name === 'file' ? 'file' : 'repository';
    bits[name] = await bitsPerByte(files, predictor, tokenizer, scope, signal);
  }
  return bits;
}

const filesForBits = 12;

/** The files of a memory as text, by path. */
export function filesOf(memory: CopyMemory, tokenizer: Tokenizer): EvaluatedFile[] {
  return [...memory.paths()].sort().map(path => {
    const tokens = memory.tokensOf(path)!;
    const { start, end } = contentOf(tokenizer, tokens);
    return { path, text: tokenizer.decode(tokens.subarray(start, end)) };
  });
}
