/** Exact attention in tiles: as exact as unfused, with linear memory, and its speed. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { groupQueryAttention, tiledAttention, unfusedAttention } from '../bench/kernels/attention.ts';
import { width } from '../bench/kernels/case.ts';
import { quartiles } from '../bench/kernels/timing.ts';
import { distinct, numbersOf, type Reproduction, type Row, type Verdict } from './reproduction.ts';

const script = path.join(import.meta.dirname, '../bench/kernels/attention-memory.ts');
const forms = { unfused: unfusedAttention, tiled: tiledAttention, groupQuery: groupQueryAttention } as const;
type Form = keyof typeof forms;
const named: Readonly<Record<Form, string>> = {
  unfused: 'unfused',
  tiled: 'in tiles',
  groupQuery: 'GroupQueryAttention',
};

async function* run(quick: boolean): AsyncGenerator<Row> {
  for (const length of quick ? [1024, 4096] : [1024, 2048, 4096, 8192, 16_384]) {
    // The scores alone would take 4 GB at 16k.
    const chosen = (Object.keys(forms) as Form[]).filter(form => form !== 'unfused' || length <= 8192);
    const operands = 4 * length * width * Float32Array.BYTES_PER_ELEMENT;
    for (const form of chosen) {
      const bytes = Number(
        execFileSync(process.execPath, [script, form, String(length)], { encoding: 'utf8' }),
      );
      yield { part: 'memory', form, length, overOperands: bytes / operands };
    }
    const timed = await Promise.all(chosen.map(form => forms[form](length)));
    const times = await quartiles(timed, quick ? 0.1 : 1, quick ? 2 : 3);
    const seconds = timed.map(({ name }) => times.get(name)!);
    for (const [i, form] of chosen.entries())
      yield {
        part: 'time',
        form,
        length,
        overGroupQuery: seconds[i]! / seconds[chosen.indexOf('groupQuery')]!,
      };
  }
}

export const flash: Reproduction = {
  name: 'flash',
  claim:
    'attention in tiles is exact, takes memory linear in the length, and is no slower than unfused attention',
  paper: {
    source: 'FlashAttention, arXiv 2205.14135, section 4.3 and figure 3',
    setup: 'A100, half precision, lengths to 64k, against PyTorch’s unfused attention',
    figure: 'memory linear, up to 20 times less; 2 to 4 times faster',
  },
  trains: false,
  setup: quick =>
    `one core, float32, width ${width}, 4 heads, causal, tiles of 512, ${quick ? '1k and 4k' : '1k to 16k'}; exactness is a test (test/kernels/flash-attention.test.ts)`,
  run,
  judge(rows, quick): Verdict {
    const lengths = distinct<number>(rows, 'length');
    const value = (field: string, form: string, length: number): number | undefined =>
      numbersOf(rows, field, { form, length, part: field === 'overOperands' ? 'memory' : 'time' })[0];
    const cells = (field: string, form: string): string[] =>
      lengths.map(
        length => value(field, form, length)?.toFixed(field === 'overOperands' ? 1 : 2) ?? 'not run',
      );
    const memory = (form: Form, length: number): number | undefined => value('overOperands', form, length);
    const both = lengths.filter(length => memory('unfused', length) !== undefined);
    const [first, last] = [both[0]!, both.at(-1)!];
    const faster = (length: number): number =>
      value('overGroupQuery', 'unfused', length)! / value('overGroupQuery', 'tiled', length)!;
    // Only the full run reports times: tests assert none.
    const fails =
      memory('tiled', last)! > 1.5 * memory('tiled', first)!
        ? `memory in tiles grows from ${memory('tiled', first)!.toFixed(1)} to ${memory('tiled', last)!.toFixed(1)} times the operands`
        : memory('unfused', last)! < 2 * memory('tiled', last)!
          ? `unfused attention takes no more memory at ${last}`
          : !quick && faster(last) < 0.8
            ? `unfused attention is faster at ${last}`
            : undefined;
    return {
      table: [
        ['peak memory over operands', ...lengths.map(length => `${length / 1024}k`)],
        ...Object.entries(named).map(([form, name]) => [name, ...cells('overOperands', form)]),
        ['time over GroupQueryAttention', ...lengths.map(() => '')],
        ...Object.entries(named).map(([form, name]) => [`${name} `, ...cells('overGroupQuery', form)]),
      ],
      figure: `at ${last / 1024}k ${(memory('unfused', last)! / memory('tiled', last)!).toFixed(0)} times less memory than unfused and ${faster(last).toFixed(1)} times its speed`,
      difference:
        'Linear memory reproduces. The paper’s speed comes from what a GPU spends on moving scores to its memory and back; a processor’s caches hide part of it. Causal tiles past the diagonal ' +
        'are not computed, which is half of the gain here.',
      ...(fails === undefined ? {} : { fails }),
      chart: {
        title: 'Memory of exact attention',
        x: 'tokens',
        y: 'peak over queries, keys, values and output',
        series: Object.entries(named).map(([form, name]) => ({
          name,
          points: lengths.flatMap(length => {
            const peak = memory(form as Form, length);
            return peak === undefined ? [] : [[length, peak] as const];
          }),
        })),
      },
    };
  },
};
