/**
 * Selects the opening sentence that a file's content predicts best. The judge is a separate type, so that a model's
 * log-likelihood given the content, minus that without it, can replace the count used here: how many of a sentence's
 * rare words occur in the rest of the file, weighted as in BM25 (Robertson and Zaragoza 2009), per word.
 */
import type { Sentence } from './prose.ts';

export interface Candidate extends Sentence {
  /** The sentence's words in lower case, each with its count in the rest of the file. */
  readonly support: readonly (readonly [word: string, count: number])[];
}

/** Scores the candidates of one file; higher is better supported by its content. */
export type Judge = (path: string, candidates: readonly Candidate[]) => readonly number[];

/** Authors start with what matters: a later sentence must be far better, and make sense without the first. */
const laterPenalty = 0.35;
const dependent =
  /^(?:this|that|these|those|it|its|they|here|there|for example|for instance|also|but|and|so|then|however|in|if|when|note|see|otherwise|both|such)\b/i;
/** Questions do not describe a file. */
const questionPenalty = 0.3;
/**
 * Where further occurrences of a word stop counting, and a prior that keeps short sentences from winning by one word.
 */
const [saturation, lengthPrior] = [1.2, 4];

export function candidatesOf(sentences: readonly Sentence[], text: string): Candidate[] {
  if (sentences.length < 2) return sentences.map(sentence => ({ ...sentence, support: [] }));
  const rest = wordCounts(text);
  // The candidates' own text does not support them.
  for (const sentence of sentences)
    for (const word of wordsOf(sentence.text)) rest.set(word, (rest.get(word) ?? 0) - 1);
  return sentences.map(sentence => ({
    ...sentence,
    support: [...new Set(wordsOf(sentence.text))].map(word => [word, Math.max(0, rest.get(word) ?? 0)]),
  }));
}

/** @param all candidates of all files: a word that many of them use is weak evidence */
export function countingJudge(all: Iterable<readonly Candidate[]>): Judge {
  const frequency = new Map<string, number>();
  let total = 0;
  for (const candidates of all) {
    for (const { support } of candidates) {
      total++;
      for (const [word] of support) frequency.set(word, (frequency.get(word) ?? 0) + 1);
    }
  }
  const rarity = (word: string): number => Math.log(1 + total / (1 + (frequency.get(word) ?? 0)));
  return (_, candidates) =>
    candidates.map(({ support }) => {
      const held = support.reduce(
        (sum, [word, count]) => sum + (rarity(word) * count) / (count + saturation),
        0,
      );
      return held / (support.length + lengthPrior);
    });
}

export function choose(path: string, candidates: readonly Candidate[], judge: Judge): Sentence | undefined {
  const scores = judge(path, candidates).map((score, at) => {
    const { text } = candidates[at]!;
    const place = at === 0 ? 1 : dependent.test(text) ? 0 : laterPenalty;
    return score * place * (text.endsWith('?') ? questionPenalty : 1);
  });
  return candidates[scores.indexOf(Math.max(...scores))] ?? candidates[0];
}

function wordCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/**
 * Words of prose and parts of identifiers: `CopyMemory` and `copy_memory` match "copy memory". Plurals match singulars.
 */
function wordsOf(text: string): string[] {
  const words = text.match(/\p{Lu}?\p{Ll}{2,}|\p{Lu}{2,}(?!\p{Ll})/gu) ?? [];
  return words.map(word => word.toLowerCase().replace(/(?<=\p{L}{3})s$/u, ''));
}
