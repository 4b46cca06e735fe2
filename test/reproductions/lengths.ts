/** LongNet: cost per token up to a million, and loss on code by length. */

import { geometricLevels, offsetOf } from '../../kernels/dilated-attention/reference.ts';
import { groupQueryAttention } from '../bench/kernels/attention.ts';
import { attentionCases } from '../bench/kernels/attention-cases.ts';
import { processorSeconds } from '../bench/kernels/timing.ts';
import { rowsOf } from './python.ts';
import { distinct, numbersOf, type Reproduction, type Row, type Verdict } from './reproduction.ts';

async function* run(quick: boolean): AsyncGenerator<Row> {
  for (const thousands of [8, 64, 1024]) {
    yield { part: 'keys', kind: 'dilated', thousands, keys: keysSeen(thousands * 1024) };
    yield { part: 'keys', kind: 'dense', thousands, keys: thousands * 1024 };
  }
  yield* costs(quick ? [1, 8] : [1, 8, 64, 1024], quick ? [1, 2] : [1, 8, 32]);
  if (!quick) yield* rowsOf('lengths', quick);
}

/** Mean number of keys scored per head around a place, over all levels: the cost of a token. */
function keysSeen(place: number): number {
  const levels = geometricLevels(256, 4, 2 ** 20);
  let sum = 0;
  for (let position = place; position < place + 1024; position++) {
    for (const { segment, rate } of levels) {
      // One head in `rate` owns the token.
      if (position % rate === offsetOf(0, 4, rate)) sum += Math.floor((position % segment) / rate) + 1;
    }
  }
  return sum / 1024;
}

/** Processor time per token at given lengths, dilated, and averaged over given lengths, dense. */
async function* costs(after: readonly number[], dense: readonly number[]): AsyncGenerator<Row> {
  const dilated = attentionCases.find(({ name }) => name === 'dilated attention')!;
  let running = await dilated.open();
  let tokens = 0;
  for (const thousands of after) {
    for (; tokens < thousands * 1024; tokens += dilated.chunk) running = await running.advance();
    const seconds = await quickest(() => running.run(), 5);
    yield { part: 'cost', kind: 'dilated', thousands, microseconds: (1e6 * seconds) / dilated.chunk };
  }
  for (const thousands of dense) {
    const attention = await groupQueryAttention(thousands * 1024);
    const seconds = await quickest(() => attention.run(), thousands > 8 ? 1 : 3);
    yield { part: 'cost', kind: 'dense', thousands, microseconds: (1e6 * seconds) / (thousands * 1024) };
  }
}

async function quickest(run: () => Promise<unknown>, times: number): Promise<number> {
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) least = Math.min(least, await processorSeconds(run));
  return least;
}

const kinds: Readonly<Record<string, string>> = {
  attention: 'dense, trained at 256',
  longnet: 'dilated, trained at 1,024',
  window_64: 'window of 64, trained at 1,024',
};

export const lengths: Reproduction = {
  name: 'lengths',
  claim:
    'dilated attention costs a token the same to a million of them, and its loss falls with the length where that of attention trained short rises',
  paper: {
    source: 'LongNet, arXiv 2307.02486, table 1 and figure 5',
    setup: 'the Stack, 768 wide, 12 layers, 300k steps; perplexity at 2k, 8k, 32k tokens',
    figure:
      'trained at 2k: 4.24, 5.07, 11.29; LongNet at 32k: 4.37, 3.33, 3.01; time a token nearly flat to a billion',
  },
  trains: false,
  setup: quick =>
    `one core, width 256, 4 heads, segments of 256 and ratio 4 for a million tokens${quick ? '' : '; bytes of this repository’s code at an eighth of the lengths, two layers of width 64, 300 steps of 4,096'}`,
  run,
  judge(rows, quick): Verdict {
    const keys = (kind: string, thousands: number): number =>
      numbersOf(rows, 'keys', { kind, thousands })[0]!;
    const more = keys('dilated', 1024) / keys('dilated', 8);
    const cost = rows.filter(row => row['part'] === 'cost');
    const of = (kind: string): (readonly [number, number])[] =>
      cost
        .filter(row => row['kind'] === kind)
        .map(row => [row['thousands'] as number, row['microseconds'] as number] as const);
    const [dilated, dense] = [of('dilated'), of('dense')];
    const [from, to] = [dilated.at(quick ? 0 : 1)!, dilated.at(-1)!];
    const flat = to[1] / from[1];
    const grows = dense.at(-1)![1] / dense[0]![1];
    const loss = rows.filter(row => row['part'] === 'loss');
    const perplexity = (kind: string, length: string): number =>
      (loss.find(row => row['kind'] === kind)!['perplexity'] as Record<string, number>)[length]!;
    const trained = loss.length > 0;
    // Only the full run reports times: tests assert none.
    const fails =
      more > 1.5 || keys('dense', 1024) / keys('dilated', 1024) < 1000
        ? `a token at 1M scores ${more.toFixed(2)} times as many keys as one at 8k`
        : quick
          ? undefined
          : flat > 1.4
            ? `a token costs ${flat.toFixed(2)} times as much at the longest as at 8k`
            : grows < 2
              ? `a token of dense attention grows by ${grows.toFixed(2)} only`
              : trained && perplexity('attention', '4096') < perplexity('attention', '256')
                ? 'attention trained short does not lose with the length'
                : trained && perplexity('longnet', '1024') > perplexity('longnet', '256')
                  ? 'dilated attention does not gain with the length'
                  : undefined;
    const losses = distinct<string>(loss, 'kind').map(kind => [
      kinds[kind]!,
      ...['256', '1024', '4096'].map(length => perplexity(kind, length).toFixed(2)),
      `${numbersOf(loss, 'seconds', { kind })[0]!.toFixed(0)} s`,
    ]);
    return {
      table: [
        ['microseconds a token', 'tokens before', '', '', ''],
        ...dilated.map(([at, µs]) => ['dilated', `${at}k`, µs.toFixed(1), '', '']),
        ...dense.map(([at, µs]) => ['dense, mean over', `${at}k`, µs.toFixed(1), '', '']),
        ...(trained
          ? [['perplexity of bytes', 'at 256', 'at 1,024', 'at 4,096', 'trained for'], ...losses]
          : []),
      ],
      figure: `a token at 1M scores ${more.toFixed(2)} times as many keys as one at 8k; at ${to[0] === 1024 ? '1M' : `${to[0]}k`} it costs ${flat.toFixed(2)} times what it does at ${from[0]}k${
        trained
          ? `; perplexity at 256, 1,024, 4,096: trained short ${['256', '1024', '4096'].map(length => perplexity('attention', length).toFixed(2)).join(', ')}, dilated ${['256', '1024', '4096'].map(length => perplexity('longnet', length).toFixed(2)).join(', ')}`
          : ''
      }`,
      difference:
        'The run time is the paper’s. The lengths of the loss are an eighth of its, and the model is so small that most of what it predicts stands within a line; a window of 64 is the row to compare dilated attention with.',
      ...(fails === undefined ? {} : { fails }),
      chart: {
        title: 'What a token costs',
        x: 'tokens',
        y: 'microseconds of processor time',
        series: [
          { name: 'dilated', points: dilated.map(([at, µs]) => [at * 1024, µs] as const) },
          {
            name: 'dense, mean over the sequence',
            points: dense.map(([at, µs]) => [at * 1024, µs] as const),
          },
        ],
      },
    };
  },
};
