/** Code to prefill: this repository's own files, which no available model was trained on. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DecoderTokenizer } from '../../../server/decoder-tokens/tokenizer.ts';

const root = path.join(import.meta.dirname, '../../..');

export interface Document {
  readonly ids: readonly number[];
  /** UTF-8 bytes of all tokens except the first, which has no context. */
  readonly bytes: number;
}

/** Beginnings of files, spread over the repository, `count` tokens in total. */
export function documents(tokenizer: DecoderTokenizer, count: number, each = 512): Document[] {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.py', '*.json', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(file => file !== '' && !file.includes('package-lock'));
  const found: Document[] = [];
  let [left, at] = [count, 0];
  const step = 17;
  while (left > 0 && at < files.length * step) {
    const text = readFileSync(path.join(root, files[at % files.length]!), 'utf8').slice(0, 8 * each);
    at += step;
    const ids = Array.from(tokenizer.encode(text)).slice(0, Math.min(each, left));
    if (ids.length < Math.min(each, left) || ids.length < 2) continue;
    found.push({ ids, bytes: Buffer.byteLength(tokenizer.decode(ids.slice(1))) });
    left -= ids.length;
  }
  return found;
}

/** `count` consecutive tokens of code. */
export function code(tokenizer: DecoderTokenizer, count: number): number[] {
  const files = execFileSync('git', ['ls-files', 'server/**/*.ts'], { cwd: root, encoding: 'utf8' }).split(
    '\n',
  );
  const ids: number[] = [];
  for (const file of files) {
    if (ids.length >= count || file === '') break;
    for (const id of tokenizer.encode(readFileSync(path.join(root, file), 'utf8'))) ids.push(id);
  }
  return ids.slice(0, count);
}
