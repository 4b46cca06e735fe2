/** Reproductions of claims about what a layer can learn. The runs are in kernels/training/reproductions. */

import { rowsOf } from './python.ts';
import { distinct, mean, percent, type Reproduction, type Row, type Verdict } from './reproduction.ts';

const blocks: Readonly<Record<string, string>> = {
  h3: 'H3',
  gated_delta: 'gated delta rule',
  s4d: 'S4D',
  attention: 'attention, rotary',
  hyena_long: 'Hyena, 8 modes',
  hyena_implicit: 'Hyena, implicit filter',
};

/** Mean accuracy of a block at a length, over seeds. */
function accuracyOf(rows: readonly Row[], kind: string, length: string): number {
  const found = rows.filter(row => row['kind'] === kind);
  return mean(found.map(row => (row['accuracy'] as Record<string, number>)[length]!));
}

/** Kinds against lengths; each cell is the mean over seeds, with the range where useful. */
function accuracyTable(rows: readonly Row[]): string[][] {
  const lengths = Object.keys(rows[0]!['accuracy'] as object);
  const body = distinct<string>(rows, 'kind').map(kind => {
    const own = rows.filter(row => row['kind'] === kind);
    const cells = lengths.map(length => {
      const values = own.map(row => (row['accuracy'] as Record<string, number>)[length]!);
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
      points: lengths.map(length => [Number(length), accuracyOf(rows, kind, length)] as const),
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
    `two layers of width 32, two heads, 8 keys and 8 values, trained at 64 tokens, 32 sequences a step, ${quick ? 'up to 300 steps, one seed' : 'up to 3,000 steps and three seeds for what learns it, 1,000 and one for the others'}`,
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
        'How far H3 carries past the length of training depends on the seed; the delta rule’s does not. Hyena needs some 50,000 steps for this task in its ' +
        'paper’s recipe, a GPU’s work: at these it has not learned it.',
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
    `two layers of width 32; a tone of one of eight pitches in the first quarter of ${quick ? 512 : '2,048'} samples of noise as loud; ${quick ? 100 : 200} steps each`,
  run: quick => rowsOf('long_range', quick),
  judge(rows): Verdict {
    const of = (kind: string): number =>
      mean(rows.filter(row => row['kind'] === kind).map(row => row['accuracy'] as number));
    const [s4d, attention] = [of('s4d'), of('attention')];
    const fails =
      s4d < 0.5
        ? `S4D reaches ${percent(s4d)}`
        : attention > s4d - 0.2
          ? `attention reaches ${percent(attention)}`
          : undefined;
    return {
      table: [
        ['two layers of', 'right', 'steps', 'trained for'],
        ...rows.map(row => [
          blocks[row['kind'] as string]!,
          percent(row['accuracy'] as number),
          String(row['steps']),
          `${(row['seconds'] as number).toFixed(0)} s`,
        ]),
        ['chance', percent(rows[0]!['chance'] as number), '', ''],
      ],
      figure: `S4D ${percent(s4d)}, attention ${percent(attention)} of pitches, at ${(rows[0]!['length'] as number).toLocaleString('en')} samples`,
      difference:
        'The order is the paper’s, on a task made for it: one that a bank of resonators solves. The tasks of Long Range Arena themselves take a GPU hours, and nothing here says how S4D does on ListOps or Path-X.',
      ...(fails === undefined ? {} : { fails }),
    };
  },
};
