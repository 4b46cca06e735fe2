/** Reproductions of claims about what a layer can learn. The runs are in kernels/training/reproductions. */

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

const blocks: Readonly<Record<string, string>> = {
  h3: 'H3',
  gated_delta: 'gated delta rule',
  s4d: 'S4D',
  attention: 'attention, rotary',
  hyena_long: 'Hyena, 8 modes',
  hyena_implicit: 'Hyena, implicit filter',
  hyena_order_3: 'Hyena of order 3, implicit filters',
  gss: 'GSS',
  mega: 'Mega’s average',
  rwkv: 'RWKV’s time mixing',
};

/** Mean accuracy of a block at a length, over seeds. */
function accuracyOf(rows: readonly Row[], kind: string, length: string): number {
  return mean(
    accuracies(
      rows.filter(row => row['kind'] === kind),
      length,
    ),
  );
}

/** The accuracies at a length of the runs that were asked at it. */
function accuracies(rows: readonly Row[], length: string): number[] {
  return rows
    .map(row => (row['accuracy'] as Record<string, number>)[length])
    .filter(value => value !== undefined);
}

/** Kinds against lengths; each cell is the mean over seeds, with the range where useful. */
function accuracyTable(rows: readonly Row[]): string[][] {
  const lengths = Object.keys(rows[0]!['accuracy'] as object);
  const body = distinct<string>(rows, 'kind').map(kind => {
    const own = rows.filter(row => row['kind'] === kind);
    const cells = lengths.map(length => {
      const values = accuracies(own, length);
      if (values.length === 0) return 'not run';
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return most - least > 0.05 ? `${percent(least)} – ${percent(most)}` : percent(mean(values));
    });
    const seconds = mean(own.map(row => row['seconds'] as number));
    return [
      blocks[kind] ?? kind,
      ...cells,
      own.map(row => String(row['steps'])).join(', '),
      `${seconds.toFixed(0)} s`,
    ];
  });
  return [['two layers of', ...lengths.map(length => `at ${length}`), 'steps', 'trained for'], ...body];
}

function accuracyChart(rows: readonly Row[], title: string) {
  const lengths = Object.keys(rows[0]!['accuracy'] as object);
  return {
    title,
    x: 'tokens',
    y: 'share of answers right',
    series: distinct<string>(rows, 'kind').map(kind => ({
      name: blocks[kind] ?? kind,
      points: lengths
        .filter(
          length =>
            accuracies(
              rows.filter(row => row['kind'] === kind),
              length,
            ).length > 0,
        )
        .map(length => [Number(length), accuracyOf(rows, kind, length)] as const),
    })),
  };
}

export const recall: Reproduction = {
  name: 'recall',
  claim:
    'H3 and the delta rule recall associations as attention does, where S4D alone does not; they keep it at lengths never trained on',
  paper: {
    source: 'H3, arXiv 2212.14052, table 2; Zoology, arXiv 2312.04927',
    setup: 'two layers, a few keys and values, 20 tokens',
    figure: 'H3 99.8 %, attention 100 %, S4D 86.0 % (a rerun by others: 98.2 and 32.4 %)',
  },
  trains: true,
  setup: quick =>
    `two layers of width 32, two heads, 8 keys and 8 values, trained at 64 tokens, 32 sequences a step, ${quick ? 'up to 300 steps, one seed' : 'up to 3,000 steps and three seeds for what learns it, 1,000 and one for the others; Hyena with width 128, filters as long as the sequence and 5,000 steps'}`,
  run: quick => rowsOf('recall', quick),
  judge(rows): Verdict {
    const [trained, longer] = ['64', '256'];
    const at = (kind: string, length: string): number => accuracyOf(rows, kind, length);
    const [h3, delta, s4d] = ['h3', 'gated_delta', 's4d'].map(kind => at(kind, trained)) as [
      number,
      number,
      number,
    ];
    const fails =
      Math.min(h3, delta) < 0.95
        ? `H3 reaches ${percent(h3)} and the delta rule ${percent(delta)} at the length of training`
        : s4d > Math.min(h3, delta) - 0.2
          ? `S4D reaches ${percent(s4d)}`
          : at('gated_delta', longer) < 0.9
            ? `the delta rule falls to ${percent(at('gated_delta', longer))} at ${longer}`
            : undefined;
    return {
      table: accuracyTable(rows),
      figure: `H3 ${percent(h3)}, delta ${percent(delta)}, S4D ${percent(s4d)} at 64 tokens; delta ${percent(at('gated_delta', longer))} at ${longer}`,
      difference:
        'The order is the paper’s. S4D stays further behind than there: it gets as many steps as the others need, and learns slowly beyond them. ' +
        'How far H3 carries past the length of training depends on the seed; the delta rule’s does not. Hyena holds a binding as a product of gates in a channel, ' +
        'so that it takes as many channels as there are pairs of a key and a value, and more steps (in its paper some 50,000).',
      ...(fails === undefined ? {} : { fails }),
      chart: accuracyChart(rows, 'Associative recall, trained at 64 tokens'),
    };
  },
};

export const induction: Reproduction = {
  name: 'induction',
  claim: 'H3 learns an induction head, S4D does not',
  paper: {
    source: 'H3, arXiv 2212.14052, table 2',
    setup: 'two layers, 20 tokens in the vocabulary, 30 in the sequence',
    figure: 'H3 100 %, attention 100 %, S4D 35.6 % (a rerun by others: 100 and 8.8 %)',
  },
  trains: true,
  setup: quick =>
    `two layers of width 32, two heads, the paper’s vocabulary and length, up to ${quick ? 300 : 1500} steps of 128 sequences, ${quick ? 'one seed' : 'two seeds'}`,
  run: quick => rowsOf('induction', quick),
  judge(rows): Verdict {
    const [h3, s4d] = ['h3', 's4d'].map(kind => accuracyOf(rows, kind, '30')) as [number, number];
    const fails =
      h3 < 0.95 ? `H3 reaches ${percent(h3)}` : s4d > 0.6 ? `S4D reaches ${percent(s4d)}` : undefined;
    return {
      table: accuracyTable(rows),
      figure: `H3 ${percent(h3)}, S4D ${percent(s4d)} at 30 tokens`,
      difference: 'The order is the paper’s, with a model a fraction of the size and some hundred steps.',
      ...(fails === undefined ? {} : { fails }),
      chart: accuracyChart(rows, 'Induction heads, trained at 30 tokens'),
    };
  },
};

export const longRange: Reproduction = {
  name: 'long-range',
  claim:
    'S4D finds what a raw signal of thousands of samples says, where attention of the same size does not',
  paper: {
    source: 'S4, arXiv 2111.00396, tables 4 and 5; S4D, arXiv 2206.11893, table 4',
    setup:
      'Long Range Arena, 1,024 to 16,384 tokens; speech as 16,000 raw samples; models of about 300 thousand parameters, a GPU day',
    figure:
      'Long Range Arena: Transformer 53.7 %, S4D 85 to 86 %; raw speech: Transformer not above chance, S4 98.3 %',
  },
  trains: true,
  setup: quick =>
    `two layers of width 32; a tone of one of eight pitches in the first quarter of ${quick ? 512 : '2,048'} samples of noise as loud, ${quick ? 100 : 200} steps each${quick ? '' : '; ListOps of 256 to 512 tokens, 400 steps each'}`,
  run: quick => rowsOf('long_range', quick),
  judge(rows): Verdict {
    // Runs recorded before there were two tasks name none.
    const tones = rows.filter(row => (row['task'] ?? 'tone') === 'tone');
    const lists = rows.filter(row => row['task'] === 'list-ops');
    const of = (own: readonly Row[], kind: string): number => mean(numbersOf(own, 'accuracy', { kind }));
    const [s4d, attention] = [of(tones, 's4d'), of(tones, 'attention')];
    const fails =
      s4d < 0.5
        ? `S4D reaches ${percent(s4d)}`
        : attention > s4d - 0.2
          ? `attention reaches ${percent(attention)}`
          : undefined;
    return {
      table: [
        ['two layers of', 'right', 'steps', 'trained for'],
        ...[...tones, ...lists].map(row => [
          `${blocks[row['kind'] as string]!}, ${row['task'] === 'list-ops' ? 'ListOps' : 'tones'}`,
          percent(row['accuracy'] as number),
          String(row['steps']),
          `${(row['seconds'] as number).toFixed(0)} s`,
        ]),
        ['chance, tones', percent(tones[0]!['chance'] as number), '', ''],
        ...(lists.length === 0 ? [] : [['chance, ListOps', percent(lists[0]!['chance'] as number), '', '']]),
      ],
      figure: `S4D ${percent(s4d)}, attention ${percent(attention)} of pitches, at ${(tones[0]!['length'] as number).toLocaleString('en')} samples${
        lists.length === 0
          ? ''
          : `; ListOps ${percent(of(lists, 's4d'))} and ${percent(of(lists, 'attention'))}`
      }`,
      difference:
        'The order is the paper’s, on a task made for it: one that a bank of resonators solves. ListOps is drawn as in Long Range Arena, at a quarter of its length; its tasks take a GPU hours, and some hundred steps say nothing about Path-X.',
      ...(fails === undefined ? {} : { fails }),
    };
  },
};
