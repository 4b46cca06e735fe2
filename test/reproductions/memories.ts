/** Reproductions of what models carry from segment to segment: a pass key, and symbols sorted by frequency. The runs are in kernels/training/reproductions. */
import { stridedPositions, stridesByRank } from '../../kernels/dilated-attention/strided-read.ts';
import { rowsOf } from './python.ts';
import {
  distinct,
  mean,
  numbersOf,
  percent,
  type Reproduction,
  type Row,
  type Verdict,
} from './reproduction.ts';

const memories: Readonly<Record<string, string>> = {
  infini_linear: 'Infini-attention, linear',
  infini_delta: 'Infini-attention, delta',
  infini_linear_sharp: 'Infini linear, σ started sharp',
  infini_delta_sharp: 'Infini delta, σ started sharp',
  gated_delta: 'gated delta rule',
  strided: 'strided read, from a file’s start',
  strided_from_end: 'strided read, from a file’s end',
  transformer_xl: 'Transformer-XL',
  compressive: 'Compressive Transformer',
  infinite: '∞-former, uniform',
  infinite_sticky: '∞-former, sticky',
};
const digits = 3;
const places = ['start', 'middle', 'end'] as const;

const short = (length: number): string =>
  length >= 2 ** 20
    ? `${length / 2 ** 20}M`
    : length >= 8192
      ? `${length / 1024}k`
      : length.toLocaleString('en');

/** Length of the strided read's files, and the pattern and heads of the shipped model. */
const file = 4096;
const pattern = { window: 128, ratio: 4 };
const heads = 4;

/**
 * What strides leave of a pass key, whatever is trained: the share of a far file's places that have a kept token of the file after them, for files in
 * the first, middle and last tenth of a repository.
 */
function* reaches(): Generator<Row> {
  for (const length of [32 * 1024, 128 * 1024, 1024 * 1024]) {
    const strides = stridesByRank(
      Array.from({ length: length / file }, () => file),
      pattern,
    );
    const seen = (share: number): number => {
      const stride = strides[Math.min(strides.length - 1, Math.floor((1 - share) * strides.length))]!;
      const last = Math.max(
        ...Array.from({ length: heads }, (_, head) => stridedPositions(file, stride, head).at(-1) ?? -1),
      );
      return Math.max(0, last - digits) / file;
    };
    yield { part: 'reach', length, start: seen(0.05), middle: seen(0.5), end: seen(0.95) };
  }
}

async function* recallKeys(quick: boolean): AsyncGenerator<Row> {
  yield* reaches();
  // A minute of training recalls nothing yet.
  if (!quick) yield* rowsOf('passkey', false);
}

/** Places before a kept key become fewer with the length, and none is left where a stride exceeds a file. */
function reachOnly(rows: readonly Row[]): Verdict {
  const shares = rows.map(row => mean(places.map(place => row[place] as number)));
  const isFewer = shares.every((share, at) => at === 0 || share < shares[at - 1]!);
  return {
    table: [
      ['key at start, middle, end', ...rows.map(row => short(row['length'] as number))],
      [
        'places before a kept key',
        ...rows.map(row => places.map(place => percent(row[place] as number)).join(', ')),
      ],
    ],
    figure: `places before a kept key, on average: ${shares.map(percent).join(', ')}`,
    difference: 'nothing is trained in the quick form',
    ...(!isFewer && { fails: 'the strided read keeps as much of a longer sequence' }),
  };
}

/** Mean over where the key stands, and over seeds. */
function rightAt(rows: readonly Row[], kind: string, length: number): number {
  return mean(places.flatMap(place => numbersOf(rows, place, { kind, length })));
}

export const passkey: Reproduction = {
  name: 'passkey',
  claim: 'a compressive memory trained at 4,096 tokens recalls a pass key a million tokens back',
  paper: {
    source: 'Infini-attention, arXiv 2404.07143, table 3',
    setup: 'a model of 1B parameters fine-tuned for 400 steps at 5k tokens',
    figure: 'at 1M tokens, key at the start, middle, end: linear 96, 94, 100 %, delta 100, 100, 100 %',
  },
  trains: true,
  setup: quick =>
    `two layers of width 64, two heads, segments of 128, a key of three digits in a repeated sentence of 16 tokens; ${quick ? 'not trained in the quick form, which only computes what the strided read keeps' : 'trained for up to 910 steps at 256 to 4,096 tokens, all three digits counted'}`,
  run: recallKeys,
  judge(all, quick): Verdict {
    const rows = all.filter(({ part }) => part === undefined);
    const reached = all.filter(({ part }) => part === 'reach');
    if (quick) return reachOnly(reached);
    const kinds = distinct<string>(rows, 'kind');
    const lengths = distinct<number>(rows, 'length');
    const longest = Math.max(...lengths);
    const reach = kinds.map(kind => {
      const good = lengths.filter(
        length =>
          numbersOf(rows, 'start', { kind, length }).length > 0 && rightAt(rows, kind, length) >= 0.95,
      );
      return { kind, to: good.length === 0 ? 0 : Math.max(...good) };
    });
    const behind = reach.filter(({ to }) => to < longest);
    const least = Math.min(...kinds.map(kind => rightAt(rows, kind, Math.min(...lengths))));
    return {
      table: [
        ['key at start, middle, end', ...lengths.map(short), 'steps', 'trained for'],
        ...kinds.map(kind => {
          const own = rows.filter(row => row['kind'] === kind);
          return [
            memories[kind] ?? kind,
            ...lengths.map(length => {
              const at = own.find(row => row['length'] === length);
              return at === undefined
                ? 'not run'
                : places.map(place => percent(at[place] as number)).join(', ');
            }),
            String(own[0]!['steps']),
            `${(own[0]!['seconds'] as number).toFixed(0)} s`,
          ];
        }),
        [
          'places before a kept key',
          ...lengths.map(length => {
            const at = reached.find(row => row['length'] === length);
            return at === undefined ? '' : places.map(place => percent(at[place] as number)).join(', ');
          }),
          '',
          '',
        ],
      ],
      figure: reach
        .map(({ kind, to }) => `${memories[kind]}: ${to === 0 ? 'nowhere' : `to ${short(to)}`}`)
        .join('; ')
        .concat(' at 95 % or more'),
      difference:
        'σ = ELU + 1 is never 0, so that every token of the filler adds to the memory and to its denominator: what a query gets from n of them grows with n beside what it gets from the one key, ' +
        'and a model holds as far as training has driven that product down. The strided read keeps keys by position: a key counts only where a kept token of its file stands after it (the last row), and counted from a file’s end one always does.',
      ...(least < 0.9
        ? { fails: `at ${short(Math.min(...lengths))} tokens ${percent(least)} of the keys are right` }
        : behind.length > 0
          ? {
              fails: `below 95 % at ${short(longest)}: ${behind.map(({ kind }) => memories[kind]).join(', ')}`,
            }
          : {}),
      chart: {
        title: 'Pass keys right, by the tokens before the question',
        x: 'tokens',
        y: 'share of keys right',
        series: kinds.map(kind => ({
          name: memories[kind] ?? kind,
          points: lengths
            .filter(length => numbersOf(rows, 'start', { kind, length }).length > 0)
            .map(length => [length, rightAt(rows, kind, length)] as const),
        })),
      },
    };
  },
};

export const sort: Reproduction = {
  name: 'sort',
  claim:
    'a continuous memory of all segments sorts symbols by frequency where memories of the last segments lose with the length',
  paper: {
    source: '∞-former, arXiv 2109.00301, section 4.1 and figure 3; against arXiv 1901.02860 and 1911.05507',
    setup: '3 layers of width 300, segments of 1,024, 4k, 8k and 16k tokens of 20 symbols, 20k steps',
    figure:
      'level at 4k; at 8k and 16k the ∞-former is ahead of Transformer-XL and the Compressive Transformer',
  },
  trains: true,
  setup: quick =>
    `2 layers of width 32, segments of 16, 10 symbols; sequences of ${quick ? '4 segments, 60 steps' : '4, 8 and 16 segments as in the paper, 400 steps each'}`,
  run: quick => rowsOf('sort', quick),
  judge(rows, quick): Verdict {
    const kinds = distinct<string>(rows, 'kind');
    const lengths = distinct<number>(rows, 'length');
    const right = (kind: string, length: number): number => mean(numbersOf(rows, 'right', { kind, length }));
    const longest = Math.max(...lengths);
    const best = Math.max(right('infinite', longest), right('infinite_sticky', longest));
    const others = Math.max(right('transformer_xl', longest), right('compressive', longest));
    const chance = rows[0]!['chance'] as number;
    const fails = quick
      ? Math.min(...kinds.map(kind => right(kind, longest))) < 1.2 * chance
        ? `a model is at chance, ${percent(chance)}`
        : undefined
      : best <= others
        ? `at ${longest} tokens the ∞-former sorts ${percent(best)}, the better of the others ${percent(others)}`
        : undefined;
    return {
      table: [
        ['symbols in their place', ...lengths.map(length => `of ${length}`), 'trained for'],
        ...kinds.map(kind => [
          memories[kind] ?? kind,
          ...lengths.map(length => percent(right(kind, length))),
          `${numbersOf(rows, 'seconds', { kind })
            .reduce((sum, one) => sum + one, 0)
            .toFixed(0)} s`,
        ]),
      ],
      figure: kinds
        .map(kind => `${memories[kind]} ${percent(right(kind, longest))}`)
        .join(', ')
        .concat(` at ${longest} tokens`),
      difference:
        'A 64th of the paper’s lengths and a 50th of its steps; the ratios of segment, memory and sequence are its. Answers are given the symbols before them, as in training.',
      ...(fails === undefined ? {} : { fails }),
    };
  },
};
