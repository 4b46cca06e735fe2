/**
 * Pre-tokenizers of code models, by their `tokenizer.ggml.pre` names. Each is a sequence of isolating splits: every
 * pattern cuts what the previous one left, and unmatched text is a piece of its own. The patterns are those of the
 * models' own definitions, which llama.cpp lists under these names (llama-vocab.cpp).
 */
import { type PreTokenizer, scanByPattern, scanBySplits } from '../tokens/pretokenizer.ts';

const contraction = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";

/** Words with a leading character, numbers up to a digit limit, punctuation with its line end, blank lines, blanks. */
const wordsAndNumbers = (digits: string): string =>
  String.raw`(?:${contraction})|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const digitsFirst = [String.raw`\p{N}`, gpt2];
const deepSeekCoder = [
  String.raw`[\r\n]`,
  String.raw`\s?\p{L}+`,
  String.raw`\s?\p{P}+`,
  // CJK ideographs; much of the rest of the basic plane; Hangul.
  '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+',
  String.raw`\p{N}`,
];

const splits: Readonly<Record<string, readonly string[]>> = {
  'gpt-2': [gpt2],
  qwen2: [wordsAndNumbers('')],
  'deepseek-r1-qwen': [wordsAndNumbers('')],
  'llama-bpe': [wordsAndNumbers('{1,3}')],
  llama3: [wordsAndNumbers('{1,3}')],
  'llama-v3': [wordsAndNumbers('{1,3}')],
  smollm: digitsFirst,
  starcoder: digitsFirst,
  refact: digitsFirst,
  'deepseek-coder': deepSeekCoder,
};

/** These take a piece that is a token whole, without merging. */
const wholePieceNames: ReadonlySet<string> = new Set(['llama-bpe', 'llama3', 'llama-v3']);

/** Supported names. */
export const preTokenizerNames: readonly string[] = Object.keys(splits);

export interface NamedPreTokenizer {
  readonly scan: PreTokenizer;
  readonly wholePieces: boolean;
}

/** @returns undefined for an unknown name: ids could silently differ from the model's training */
export function preTokenizerNamed(name: string): NamedPreTokenizer | undefined {
  const patterns = Object.hasOwn(splits, name) ? splits[name]! : undefined;
  if (patterns === undefined) return undefined;
  const scan = patterns.length === 1 ? scanByPattern(patterns[0]!) : scanBySplits(patterns);
  return { scan, wholePieces: wholePieceNames.has(name) };
}
