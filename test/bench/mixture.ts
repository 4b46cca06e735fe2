/**
 * Bits a byte of held-out files by how much of their repository is remembered, nearest files last:
 *   npm run bench -- mixture [--files 6] [--tokens 1200] [--reads 0] [--limits 0,8000,…] <folder> <folder> …
 * for the model alone, the copy memory alone, and both mixed by the gate, beside zstd -22 with the same text as its dictionary and, without
 * any, gzip and xz; last, with the memory of the repository named before. The same files and the same tokens in every column. `--reads` tokens of the
 * context, the nearest, are read by the model as well, which takes a while.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { Gate } from '../../server/model-memory/mixture-gate.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { shippedModel } from './mixture/model.ts';
import { nearestLast, type ScoredToken, Scorer } from './mixture/score.ts';
import { type BenchFile, type BenchRepository, heldOut, readRepository } from './repositories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '6' },
    tokens: { type: 'string', default: '1200' },
    limits: { type: 'string', default: '0,8000,32000,128000,512000,1000000' },
    seed: { type: 'string', default: '7' },
    model: { type: 'string' },
    gate: { type: 'string' },
    reads: { type: 'string', default: '0' },
  },
});

const tokenizer = loadTokenizer();
const model = shippedModel(tokenizer, values.model);
const gate = Gate.parse(readFileSync(values.gate ?? `${model.folder}/gate.json`, 'utf8'));
const scorer = new Scorer({
  model,
  tokenizer,
  maxTokens: Number(values.tokens),
  reads: Number(values.reads),
});
const repositories = positionals.map(folder => readRepository(folder, tokenizer));

/** Bits of the same tokens by each predictor, and their bytes. */
interface Sum {
  bytes: number;
  closed: number;
  open: number;
  copy: number;
  mixed: number;
  zstd: number;
  gzip: number;
  xz: number;
}

const all = new Map<string, Sum>();
for (const [at, repository] of repositories.entries()) {
  console.log(`\n${repository.name}: ${repository.files.length} files, ${sizeOf(repository)} tokens`);
  const chosen = heldOut(repository, Number(values.files), Number(values.seed));
  const rows: Record<string, unknown>[] = [];
  const measured: [string, (file: BenchFile) => BenchFile[]][] = values.limits
    .split(',')
    .map(limit => [limit, file => nearestLast(repository, file, Number(limit))]);
  const other = repositories.at(at - 1);
  if (other !== repository && other !== undefined)
    measured.push([`another: ${other.name}`, () => [...other.files].slice(0, 300)]);
  for (const [name, contextOf] of measured) {
    const sum = await measure(chosen, contextOf);
    rows.push(rowOf(name, sum));
    const total = all.get(name.split(':')[0]!) ?? empty();
    for (const key of Object.keys(total) as (keyof Sum)[])
      total[key] += key === 'bytes' ? 1 : sum[key] / sum.bytes;
    all.set(name.split(':')[0]!, total);
  }
  console.table(rows);
}
if (repositories.length > 1) {
  console.log('\nall, each repository equally');
  console.table([...all].map(([name, sum]) => rowOf(name, sum)));
}
await scorer.stop();

async function measure(
  chosen: readonly BenchFile[],
  contextOf: (file: BenchFile) => BenchFile[],
): Promise<Sum> {
  const sum = empty();
  for (const file of chosen) {
    const context = contextOf(file);
    const scored = await scorer.score(file, context);
    for (const one of scored) {
      sum.closed -= Math.log2(one.closed);
      sum.open -= Math.log2(one.open);
      sum.copy -= Math.log2(one.copied);
      sum.mixed -= Math.log2(mixed(one));
    }
    const text = tokenizer.decode(scored.map(({ token }) => token));
    sum.bytes += Buffer.byteLength(text);
    sum.zstd += 8 * zstdSize(text, context.map(({ path, text: other }) => `${path}\n${other}`).join('\n'));
    sum.gzip += 8 * gzipSync(text, { level: 9 }).length;
    sum.xz +=
      8 * (spawnSync('xz', ['-9e', '--format=raw', '-c'], { input: text }).stdout?.length ?? Number.NaN);
  }
  return sum;
}

/** Structure has no bytes, but its bits count. */
function mixed({ token, open, testimony }: ScoredToken): number {
  const { listed, others } = gate.mix(testimony);
  const place = testimony.tokens.indexOf(token);
  return place < 0 ? others * open : listed[place]!;
}

function rowOf(context: string, sum: Sum): Record<string, unknown> {
  const bits = (key: keyof Sum) => Number((sum[key] / sum.bytes).toFixed(3));
  return {
    context,
    'model closed': bits('closed'),
    ...(values.reads !== '0' && { 'model open': bits('open') }),
    copy: bits('copy'),
    mixed: bits('mixed'),
    'zstd -22': bits('zstd'),
    'mixed / zstd': Number((sum.mixed / sum.zstd).toFixed(2)),
    'mixed / best alone': Number((sum.mixed / Math.min(sum.open, sum.copy)).toFixed(2)),
    ...(context === '0' && { gzip: bits('gzip'), xz: bits('xz') }),
  };
}

function zstdSize(text: string, dictionary: string): number {
  const params = {
    [constants.ZSTD_c_compressionLevel]: 22,
    [constants.ZSTD_c_windowLog]: 27,
    [constants.ZSTD_c_contentSizeFlag]: 0,
    [constants.ZSTD_c_dictIDFlag]: 0,
  };
  const options = dictionary === '' ? { params } : { params, dictionary: Buffer.from(dictionary) };
  return zstdCompressSync(Buffer.from(text), options).length;
}

function empty(): Sum {
  return { bytes: 0, closed: 0, open: 0, copy: 0, mixed: 0, zstd: 0, gzip: 0, xz: 0 };
}

function sizeOf(repository: BenchRepository): number {
  return repository.files.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
