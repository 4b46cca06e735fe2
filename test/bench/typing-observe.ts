/**
 * Observes what could be shown at every key of hidden files, for `typing-fit.ts`:
 * `node test/bench/typing-observe.ts <files> <seed> <out folder> <folder>…`. Nothing is accepted, so every key is seen.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { candidatesAt } from '../../server/completion/candidates.ts';
import { rank } from '../../server/completion/confidence.ts';
import { featuresOf } from '../../server/completion/features.ts';
import { LineStates } from '../../server/completion/line-states.ts';
import { wordCandidate } from '../../server/completion/word-candidate.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import { chooseSittings } from '../../server/evaluation/sittings.ts';
import { correctPart } from '../../server/evaluation/typing.ts';
import { Typist } from '../../server/evaluation/typist.ts';
import { contextOf } from '../../server/fitting/context.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import type { KnownWord } from '../../server/usefulness/known-words.ts';
import { optionFeatures, optionsOf } from '../../server/usefulness/options.ts';
import { placeOf, places, scannerAt } from '../../server/usefulness/place.ts';
import { languageOf } from '../../server/workspace/language.ts';
import { readRepository } from './completion-repository.ts';

const [files = '4', seed = '1', out = '.', ...folders] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const tokenizer = loadTokenizer();
for (const folder of folders) {
  const { memory, files: all } = await readRepository(folder, tokenizer);
  const sorted = all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const sittings = chooseSittings(sorted, Number(files), randomFrom(Number(seed)));
  /**
   * For each option: sitting, offset, place, UTF-16 units, how many of them would be accepted, whether it is whole, a
   * hash of the resulting line, whether the key begins a word or a line, features.
   */
  const rows: number[] = [];
  let keys = 0;
  for (const [s, { file, start, end, after }] of sittings.entries()) {
    const language = languageOf(file.path);
    const limit = after === '' ? file.text.length : end;
    const typist = new Typist(file.text, start, end, limit, language);
    const states = new LineStates();
    while (!typist.isDone) {
      const { before } = typist;
      const text = before + typist.closers + after;
      const context = contextOf({ path: file.path, text, offset: before.length });
      const candidates = await candidatesAt(context, memory, tokenizer, { states });
      const ranked = rank(featuresOf(candidates, context));
      const scanner = scannerAt(context);
      const place = placeOf(context, scanner);
      const ofWord = (rest: string, word: KnownWord) => wordCandidate(rest, word, file.path);
      for (const option of optionsOf(ranked, context, place, ofWord, scanner.stringCloser)) {
        const { rest } = option.candidate;
        if (rest.trim().length < 2) continue;
        const taken = typist.comes(rest) ? rest : correctPart(rest, typist);
        rows.push(s, typist.at, places.indexOf(place), rest.length, taken?.length ?? 0);
        rows.push(Number(option.isWhole), hashOf(context.linePrefix + rest));
        rows.push(typist.start === undefined ? 0 : 1, ...option.features);
      }
      keys++;
      typist.type();
    }
    if (s % 5 === 4) console.error(`${basename(folder)}: ${s + 1} of ${sittings.length}, ${keys} keys`);
  }
  writeFileSync(join(out, `${basename(folder)}.${seed}.f32`), Float32Array.from(rows));
  console.log(
    `${basename(folder)}: ${keys} keys, ${rows.length / (8 + optionFeatures.length)} options of ${optionFeatures.length} features`,
  );
}

/** 24 bits, which a float holds exactly. */
function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) & 0xffffff;
  return hash;
}
