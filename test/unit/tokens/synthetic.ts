import { codePattern } from '../../../server/tokens/pretokenizer.ts';

const specialNames = ['pad', 'repository', 'file', 'text', 'end', 'prefix', 'suffix', 'middle'];

/** GPT-2's byte-level letters, reimplemented so that tests do not trust the code. */
export const letterOf: readonly string[] = (() => {
  const plain = (byte: number) =>
    byte > 0x20 && byte !== 0x7f && (byte < 0x7f || byte > 0xa0) && byte !== 0xad;
  const letters: string[] = [];
  let next = 256;
  for (let byte = 0; byte < 256; byte++) letters.push(String.fromCodePoint(plain(byte) ? byte : next++));
  return letters;
})();

export const lettersOf = (text: string): string =>
  Array.from(Buffer.from(text), byte => letterOf[byte]!).join('');

/** A `tokenizer.json` with the given merges (in byte-level letters), 256 bytes and the special tokens last. */
export function definitionOf(merges: readonly (readonly [string, string])[], pattern = codePattern) {
  const vocab: Record<string, number> = {};
  for (const text of [...letterOf, ...merges.map(([left, right]) => left + right)]) {
    vocab[text] ??= Object.keys(vocab).length;
  }
  const added_tokens = specialNames.map(name => {
    const id = Object.keys(vocab).length;
    vocab[`<|${name}|>`] = id;
    return {
      id,
      content: `<|${name}|>`,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
  });
  return {
    version: '1.0',
    added_tokens,
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: merges.map(([left, right]) => [left, right]),
    },
  };
}

/** Merges the most frequent adjacent pairs of some texts, one by one: a small BPE trainer for tests. */
export function trainMerges(texts: readonly string[], count: number): [string, string][] {
  const words = new Map<string, { parts: string[]; times: number }>();
  for (const piece of texts.flatMap(text => text.match(/[ \n]?[A-Za-z]+|\s+|[^A-Za-z\s]+/g) ?? [])) {
    const word = words.get(piece) ?? { parts: lettersOf(piece).split(''), times: 0 };
    word.times++;
    words.set(piece, word);
  }
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const { parts, times } of words.values()) {
      for (let i = 0; i + 1 < parts.length; i++) {
        const key = `${parts[i]} ${parts[i + 1]}`;
        pairs.set(key, (pairs.get(key) ?? 0) + times);
      }
    }
    const best = [...pairs].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    if (best[1] < 2) break;
    const [left, right] = best[0].split(' ') as [string, string];
    merges.push([left, right]);
    for (const { parts } of words.values()) {
      for (let i = 0; i + 1 < parts.length; i++)
        if (parts[i] === left && parts[i + 1] === right) parts.splice(i, 2, left + right);
    }
  }
  return merges;
}
