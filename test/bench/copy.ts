/**
 * What the copy memory alone knows of a repository, and what it costs:
 *   npm run bench -- copy [--files 8] <folder> …
 * Bits a byte of held-out files by how much of the repository is remembered (nearest files last), beside zstd at its strongest with the same
 * text as its dictionary; then bytes a token, and the times of indexing and of looking up, each as a ratio to something measured beside it.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import { pathDistance } from '../../server/copy-memory/locality.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import type { Tokenizer } from '../../server/tokens/tokenizer.ts';
import { type BenchFile, type BenchRepository, heldOut, randomFrom, readRepository } from './repositories.ts';

const tokenizer = loadTokenizer();
const contexts = [0, 8_000, 32_000, 128_000, 512_000, Number.POSITIVE_INFINITY];

const folders = process.argv.slice(2);
const files = folders[0] === '--files' ? Number(folders.splice(0, 2)[1]) : 8;
const repositories = folders.map(folder => readRepository(folder, tokenizer));
for (const repository of repositories) {
  console.log(`\n${repository.name}: ${repository.files.length} files, ${tokensOf(repository.files)} tokens`);
  printCodeLengths(repository);
  printCosts(repository);
}

function printCodeLengths(repository: BenchRepository): void {
  const chosen = heldOut(repository, files, 7);
  const rows = contexts.map(limit => {
    let copyBits = 0;
    let zstdBits = 0;
    let bytes = 0;
    for (const file of chosen) {
      const context = nearestLast(repository, file, limit);
      copyBits += codeLength(file, context, tokenizer);
      zstdBits += 8 * zstdSize(file.text, context.map(({ path, text }) => `${path}\n${text}`).join('\n'));
      bytes += Buffer.byteLength(file.text);
    }
    const [copy, zstd] = [copyBits / bytes, zstdBits / bytes];
    const name = limit === Number.POSITIVE_INFINITY ? 'all' : String(limit);
    return {
      context: name,
      copy: copy.toFixed(3),
      'zstd -22': zstd.toFixed(3),
      ratio: (copy / zstd).toFixed(2),
    };
  });
  console.table(rows);
}

/** Bits that an ideal arithmetic coder needs for a file's content, token by token. */
function codeLength(
  file: BenchFile,
  context: readonly BenchFile[],
  { special, vocabularySize }: Tokenizer,
): number {
  const memory = new CopyMemory(tokenizer);
  // Unlisted tokens are coded by frequency.
  const frequencies = new Float64Array(vocabularySize).fill(1);
  for (const { path, tokens } of context) {
    memory.set(path, tokens);
    for (const token of tokens) frequencies[token]!++;
  }
  let total = frequencies.reduce((sum, count) => sum + count, 0);
  const start = file.tokens.indexOf(special.text) + 1;
  const hypothesis = memory.begin(file.tokens.subarray(0, start), file.path);
  let bits = 0;
  for (const token of file.tokens.subarray(start)) {
    let unlisted = total;
    let left = 1;
    let probability = 0;
    for (const one of hypothesis.next().predictions) {
      unlisted -= frequencies[one.token]!;
      left -= one.probability;
      if (one.token === token) probability = one.probability;
    }
    bits -= Math.log2(probability || (Math.max(left, 1e-9) * frequencies[token]!) / unlisted);
    hypothesis.push(token);
    frequencies[token]!++;
    total++;
  }
  return bits;
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

/** The other files that fit, nearest last. */
function nearestLast(repository: BenchRepository, file: BenchFile, limit: number): BenchFile[] {
  const others = repository.files
    .filter(({ path }) => path !== file.path)
    .sort((a, b) => pathDistance(file.path, a.path) - pathDistance(file.path, b.path));
  const taken: BenchFile[] = [];
  let size = 0;
  for (const other of others) {
    if (size + other.tokens.length > limit) continue;
    size += other.tokens.length;
    taken.unshift(other);
  }
  return taken;
}

function printCosts(repository: BenchRepository): void {
  const memory = new CopyMemory(tokenizer);
  const total = tokensOf(repository.files);
  const indexing = cpu(() => {
    for (const { path, tokens } of repository.files) memory.set(path, tokens);
    memory.begin(new Uint16Array(0), undefined);
  });
  const encoding = cpu(() => {
    for (const { text } of repository.files) tokenizer.encode(text);
  });
  const [file] = heldOut(repository, 1, 3);
  const edits = 20;
  const editing = cpu(() => {
    for (let i = 0; i < edits; i++) {
      memory.set(file!.path, file!.tokens.subarray(0, file!.tokens.length - i));
      memory.begin(file!.tokens.subarray(0, 50), file!.path);
    }
  });
  console.log(`${(memory.bytes / total).toFixed(2)} bytes a token`);
  console.log(
    `indexing ${rate(total, indexing)}: ${(indexing / encoding).toFixed(1)} × the time of encoding the text`,
  );
  const perToken = editing / edits / file!.tokens.length / (indexing / total);
  console.log(
    `a file of ${file!.tokens.length} tokens replaced: ${perToken.toFixed(1)} × its share of indexing all`,
  );
  printLatency(memory, repository);
}

function printLatency(memory: CopyMemory, repository: BenchRepository): void {
  const random = randomFrom(11);
  const search: number[] = [];
  const copy: number[] = [];
  for (const { path, tokens } of heldOut(repository, 40, 5)) {
    for (let i = 0; i < 25; i++) {
      const cut = 1 + Math.floor(random() * (tokens.length - 1));
      const hypothesis = memory.begin(tokens.subarray(0, cut), path);
      search.push(cpu(() => void hypothesis.next()));
      copy.push(cpu(() => void tokens.slice().reverse()));
    }
  }
  const [p50, p95] = [0.5, 0.95].map(q => quantile(search, q));
  const beside = quantile(copy, 0.5);
  console.log(
    `a distribution: p50 ${p50!.toFixed(3)} ms, p95 ${p95!.toFixed(3)} ms (${(p50! / beside).toFixed(0)} × reversing the prompt)`,
  );
}

function tokensOf(list: readonly BenchFile[]): number {
  return list.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** Processor milliseconds: on a shared machine they are more telling than the clock. */
function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}

function quantile(times: readonly number[], q: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(q * (times.length - 1))]!;
}

function rate(tokens: number, milliseconds: number): string {
  return `${(tokens / milliseconds / 1e3).toFixed(2)} million tokens a second`;
}
