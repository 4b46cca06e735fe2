/** A GGUF file's byte-pair vocabulary, validated and in the form that encoding needs. */
import { createHash } from 'node:crypto';
import { GgufError } from '../gguf/error.ts';
import type { Metadata } from '../gguf/metadata.ts';
import { bytesOfLetters, letterOfByte } from '../tokens/byte-level.ts';
import { noToken } from '../tokens/encoder.ts';

export interface Vocabulary {
  /** SHA-256 of tokens, their types, merges and the pre-tokenizer's name, in hex. */
  readonly hash: string;
  /** Bytes of each id; empty for special tokens. */
  readonly bytes: readonly Uint8Array[];
  /** Tokens that text never yields, by name. */
  readonly special: ReadonlyMap<string, number>;
  readonly specialIds: ReadonlySet<number>;
  /** The id of each byte; `noToken` for missing ones. */
  readonly byteIds: Uint32Array;
  /** Per rank three ids: the merged pair and its result. */
  readonly merges: Uint32Array;
}

/** Token types, from ggml's `llama_token_type`: all but normal ones are special. */
const ordinary = 1;
const maxTokens = 1 << 22;

/** @throws GgufError that names what is missing, wrong or unsupported */
export function readVocabulary(metadata: Metadata): Vocabulary {
  const { path } = metadata;
  const tokens = metadata.strings('tokenizer.ggml.tokens');
  if (tokens.length < 256 || tokens.length > maxTokens)
    throw new GgufError(
      `${path} has a vocabulary of ${tokens.length} tokens, out of range for byte-pair encoding.`,
    );
  const kinds = metadata.numbers('tokenizer.ggml.token_type');
  if (kinds !== undefined && kinds.length !== tokens.length)
    throw new GgufError(`${path} is damaged: ${tokens.length} tokens and ${kinds.length} kinds of tokens.`);
  const bytes: Uint8Array[] = [];
  const special = new Map<string, number>();
  const specialIds = new Set<number>();
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const kind = kinds?.[id] ?? ordinary;
    // Some vocabularies list bytes that never occur in text as added tokens; they are still bytes.
    const isOrdinary = kind === ordinary || (token.length === 1 && !ids.has(token));
    const spelled = isOrdinary ? bytesOfLetters(token) : undefined;
    if (spelled === undefined || spelled.length === 0) {
      if (kind === ordinary && token.length > 0 && kinds !== undefined)
        throw new GgufError(
          `${path} is damaged or not supported: token ${id}, ${JSON.stringify(token)}, is not written in bytes.`,
        );
      special.set(token, id);
      specialIds.add(id);
      bytes.push(new Uint8Array(0));
    } else {
      if (!ids.has(token)) ids.set(token, id);
      bytes.push(spelled);
    }
  }
  const merges = metadata.strings('tokenizer.ggml.merges');
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([tokens, kinds && Array.from(kinds), metadata.string('tokenizer.ggml.pre', '')]),
  );
  for (const merge of merges) hash.update(merge).update('\n');
  return {
    hash: hash.digest('hex'),
    bytes,
    special,
    specialIds,
    byteIds: byteIdsOf(ids, path),
    merges: mergesOf(merges, ids, path),
  };
}

/**
 * SmolLM's and StarCoder's vocabularies lack bytes they never saw in training; those are dropped, as `tokenizers` does.
 */
function byteIdsOf(ids: ReadonlyMap<string, number>, path: string): Uint32Array {
  return Uint32Array.from(letterOfByte, (letter, byte) => {
    const id = ids.get(letter);
    if (id === undefined && byte >= 0x20 && byte < 0x7f)
      throw new GgufError(
        `${path} is damaged or not supported: no token encodes ${JSON.stringify(String.fromCharCode(byte))}.`,
      );
    return id ?? noToken;
  });
}

function mergesOf(merges: readonly string[], ids: ReadonlyMap<string, number>, path: string): Uint32Array {
  const result = new Uint32Array(merges.length * 3);
  for (const [rank, merge] of merges.entries()) {
    const at = merge.indexOf(' ', 1);
    const [left, right] = [merge.slice(0, at), merge.slice(at + 1)];
    for (const [k, token] of [left, right, left + right].entries()) {
      const id = at < 0 ? undefined : ids.get(token);
      if (id === undefined)
        throw new GgufError(
          `${path} is damaged: merge ${rank}, ${JSON.stringify(merge)}, uses a token that is not there.`,
        );
      result[rank * 3 + k] = id;
    }
  }
  return result;
}
