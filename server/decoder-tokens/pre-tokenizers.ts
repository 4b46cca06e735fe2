/**
 * How the tokenizers of code models cut text before merging, by the names of `tokenizer.ggml.pre`. Each is a sequence of isolating splits:
 * the first pattern cuts the text, the next cuts what the one before left, and what no pattern matches is a piece of its own. The patterns
 * are those of the models' own definitions, which llama.cpp lists by these names (llama-vocab.cpp).
 */
import { type PreTokenizer, scanByPattern, scanBySplits } from '../tokens/pretokenizer.ts';

const contraction = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";

/** Words with what stands before them, numbers of up to so many digits, punctuation with the line's end, blank lines, blanks. */
const wordsAndNumbers = (digits: string): string =>
  String.raw`(?:${contraction})|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const digitsFirst = [String.raw`\p{N}`, gpt2];
const deepSeekCoder = [
  String.raw`[\r\n]`,
  String.raw`\s?\p{L}+`,
  String.raw`\s?\p{P}+`,
  // CJK ideographs; much else of the basic plane; Hangul.
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

/** Of these a piece that is a token is taken whole, whatever the merges would make of it. */
const wholePieceNames: ReadonlySet<string> = new Set(['llama-bpe', 'llama3', 'llama-v3']);

/** Names that `preTokenizerNamed` knows. */
export const preTokenizerNames: readonly string[] = Object.keys(splits);

export interface NamedPreTokenizer {
  readonly scan: PreTokenizer;
  readonly wholePieces: boolean;
}

/** @returns nothing for a name that is not known: ids would silently differ from those the model was trained with */
export function preTokenizerNamed(name: string): NamedPreTokenizer | undefined {
  const patterns = Object.hasOwn(splits, name) ? splits[name]! : undefined;
  if (patterns === undefined) return undefined;
  const scan = patterns.length === 1 ? scanByPattern(patterns[0]!) : scanBySplits(patterns);
  return { scan, wholePieces: wholePieceNames.has(name) };
}
