/**
 * Fits the table of `server/usefulness/worth.ts` on what `typing-observe.ts` saw:
 * `node test/bench/typing-fit.ts <folder of observations> [<cost>…]`. Prints what typing in each repository would come to with a table
 * fitted on others, and writes the table fitted on all of them to `worth-table.ts` in that folder.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionFeatures } from '../../server/usefulness/options.ts';
import { passedCost, probabilityBy, usefulnessOf } from '../../server/usefulness/worth.ts';
import { type Rows, train } from './perceptron.ts';

interface Option {
  readonly length: number;
  /** UTF-16 units that would be accepted. */
  readonly taken: number;
  readonly isWhole: boolean;
  readonly line: number;
  readonly features: Float32Array;
}

/** The options at one key. */
interface Key {
  readonly at: number;
  readonly isStart: boolean;
  readonly options: readonly Option[];
}

interface Observed {
  readonly name: string;
  readonly sittings: readonly (readonly Key[])[];
}

type Tally = ReturnType<typeof tally>;

const training = { hidden: 20, epochs: 10, seed: 1 } as const;
/** One in this many wrong options is used, and weighted accordingly. */
const wrongUsed = 3;
const foldCount = 3;
const shortest = 3;
const lineStarts = (['at line start', 'at empty line'] as const).map(name => optionFeatures.indexOf(name));
const width = 8 + optionFeatures.length;
const [folder = '.', ...costs] = process.argv.slice(2);
const repositories = readdirSync(folder)
  .filter(name => name.endsWith('.f32'))
  .map(name => read(join(folder, name)));
const folds = Array.from({ length: foldCount }, (_, fold) =>
  fit(repositories.filter((__, i) => i % foldCount !== fold)),
);
for (const cost of (costs.length > 0 ? costs : ['15', '20', '30', '45']).map(Number)) {
  const total = tally();
  for (const [i, { name, sittings }] of repositories.entries()) {
    const own = tally();
    for (const sitting of sittings) type(sitting, folds[i % foldCount]!, cost, own);
    for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += own[key];
    console.log(`cost ${cost} ${name.padEnd(12)} ${summary(own)}`);
  }
  console.log(`cost ${cost} ${'all'.padEnd(12)} ${summary(total)}`);
}
reliability();
const all = Float32Array.from(fit(repositories));
writeFileSync(
  join(folder, 'worth-table.ts'),
  `/** Weights of the perceptron in worth.ts: float32, in base64. Written by test/bench/typing-fit.ts. */\nexport const hiddenUnits = ${training.hidden};\nexport const weights =\n  '${Buffer.from(all.buffer).toString('base64')}';\n`,
);

function tally() {
  return { characters: 0, saved: 0, shown: 0, accepted: 0, starts: 0, silent: 0 };
}

function summary({ characters, saved, shown, accepted, starts, silent }: Tally): string {
  const percent = (part: number, whole: number): string => ((100 * part) / whole).toFixed(1);
  return `${characters} characters, saved ${percent(saved, characters)} %, shown ${((100 * shown) / characters).toFixed(2)}, right ${percent(accepted, shown)} %, wrong ${((100 * (shown - accepted)) / characters).toFixed(2)}, silent ${percent(silent, starts)} %`;
}

/** Types a sitting: at each key shows the most useful option, if worth it, and accepts its correct part. */
function type(keys: readonly Key[], table: Float64Array, cost: number, into: Tally): void {
  let showing: { line: number; isAccepted: boolean } | undefined;
  let next = 0;
  let passed = 0;
  const end = (): void => {
    if (showing?.isAccepted) into.accepted++;
    else if (showing !== undefined) passed++;
    showing = undefined;
  };
  for (const key of keys) {
    if (key.at < next) {
      if (key.isStart) into.starts++;
      continue;
    }
    into.characters++;
    if (lineStarts.some(i => key.options[0]!.features[i] === 1)) passed = 0;
    let best = choose(key.options, table, cost * (1 + passedCost * passed));
    if (best?.line !== showing?.line && showing !== undefined && best !== undefined && !showing.isAccepted)
      best = choose(key.options, table, cost * (1 + passedCost * (passed + 1)));
    if (best === undefined) end();
    else if (showing?.line !== best.line) {
      end();
      showing = { line: best.line, isAccepted: false };
      into.shown++;
    }
    if (key.isStart) {
      into.starts++;
      if (best === undefined) into.silent++;
    }
    if (best !== undefined && best.taken >= shortest) {
      showing!.isAccepted = true;
      into.characters += best.taken - 1;
      into.saved += best.taken;
      next = key.at + best.taken;
    }
  }
  end();
}

function choose(options: readonly Option[], table: Float64Array, cost: number): Option | undefined {
  let best: Option | undefined;
  let most = 0;
  for (const option of options) {
    if (option.length < shortest) continue;
    const right = probabilityBy(table, option.features);
    const usefulness = usefulnessOf(right, option.length, option.isWhole, cost);
    if (usefulness > most) {
      most = usefulness;
      best = option;
    }
  }
  return best;
}

/** Predicted against actual by tenths, each repository with the table of the others. */
function reliability(): void {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, claimed: 0, right: 0 }));
  for (const [i, { sittings }] of repositories.entries())
    for (const { features, taken, length } of sittings.flat().flatMap(key => key.options)) {
      const claimed = probabilityBy(folds[i % foldCount]!, features);
      const bin = bins[Math.min(9, Math.floor(10 * claimed))]!;
      bin.count++;
      bin.claimed += claimed;
      if (taken === length) bin.right++;
    }
  for (const { count, claimed, right } of bins)
    if (count > 0)
      console.log(`claimed ${(claimed / count).toFixed(2)}, right ${(right / count).toFixed(2)}, n ${count}`);
}

function fit(observed: readonly Observed[]): Float64Array {
  const options = observed
    .flatMap(one => one.sittings.flatMap(keys => keys.flatMap(key => key.options)))
    .filter(({ taken, length }, i) => taken === length || i % wrongUsed === 0);
  const size = optionFeatures.length;
  const rows: Rows = {
    size,
    values: new Float32Array(options.length * size),
    right: Uint8Array.from(options, ({ taken, length }) => Number(taken === length)),
    weight: Float32Array.from(options, ({ taken, length }) => (taken === length ? 1 : wrongUsed)),
  };
  for (const [i, { features }] of options.entries()) rows.values.set(features, i * size);
  return train(rows, training);
}

function read(file: string): Observed {
  const bytes = readFileSync(file);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const sittings: { at: number; isStart: boolean; options: Option[] }[][] = [];
  for (let row = 0; row < values.length; row += width) {
    const [sitting = 0, at = 0, , length = 0, taken = 0, isWhole, line = 0, isStart] = values.subarray(
      row,
      row + 8,
    );
    sittings[sitting] ??= [];
    const keys = sittings[sitting]!;
    if (keys.at(-1)?.at !== at) keys.push({ at, isStart: isStart === 1, options: [] });
    keys.at(-1)!.options.push({
      length,
      taken,
      isWhole: isWhole === 1,
      line,
      features: values.subarray(row + 8, row + width),
    });
  }
  return {
    name: file.replace(/.*\//, '').replace(/\..*/, ''),
    sittings: sittings.filter(keys => keys !== undefined),
  };
}
