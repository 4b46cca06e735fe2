import { createHash } from 'node:crypto';
import { messageOf } from '../protocol/message-of.ts';
import type { SpecialName } from '../sequence/render.ts';
import { bytesOfLetters, letterOfByte } from './byte-level.ts';

/** A validated `tokenizer.json` in the form that encoding needs. */
export interface Definition {
  /** SHA-256 of the definition file, in hex. */
  readonly hash: string;
  /** The UTF-8 bytes of each id; empty for special tokens. */
  readonly bytes: readonly Uint8Array[];
  /** Per rank three ids: the merged pair and its result. */
  readonly merges: Uint32Array;
  /** The id of each byte. */
  readonly byteIds: Uint32Array;
  /** The pre-tokenizer's regular expression, unmodified (Oniguruma). */
  readonly pattern: string;
  readonly special: Readonly<Record<SpecialName, number>>;
  readonly specialIds: ReadonlySet<number>;
}

/**
 * Parses the Hugging Face `tokenizer.json` format: byte-level BPE behind one isolating split. Rejects anything that
 * needs other behaviour, so that ids never differ silently from other readers'.
 * @throws Error that names the problem
 */
export function parseDefinition(json: string): Definition {
  const root = parseObject(json);
  if (root['normalizer'] != null) throw unsupported('a normalizer');
  const model = object(root['model'], 'model');
  if (model['type'] !== 'BPE') throw unsupported(`the model type ${String(model['type'])}`);
  for (const key of ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[key] != null && model[key] !== '') throw unsupported(`model.${key}`);
  }
  for (const key of ['fuse_unk', 'byte_fallback', 'ignore_merges']) {
    if (model[key] === true) throw unsupported(`model.${key}`);
  }
  const vocabulary = readVocabulary(object(model['vocab'], 'model.vocab'));
  const added = readAdded(root['added_tokens']);
  const bytes: Uint8Array[] = [];
  for (const [text, id] of vocabulary) if (!added.has(text)) bytes[id] = tokenBytes(text);
  for (const id of added.values()) bytes[id] = new Uint8Array(0);
  for (let id = 0; id < bytes.length; id++) {
    if (bytes[id] === undefined) throw new Error(`Tokenizer definition: no token has the id ${id}`);
  }
  return {
    hash: createHash('sha256').update(json).digest('hex'),
    bytes,
    merges: readMerges(model['merges'], vocabulary),
    byteIds: readByteIds(vocabulary),
    pattern: readPattern(root['pre_tokenizer']),
    special: readSpecial(added),
    specialIds: new Set(added.values()),
  };
}

type JsonObject = { readonly [key: string]: unknown };

function parseObject(json: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`Tokenizer definition is not JSON: ${messageOf(error)}`);
  }
  return object(value, 'the definition');
}

function readVocabulary(entries: JsonObject): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [text, id] of Object.entries(entries)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > 0xffff) {
      throw new Error(`Tokenizer definition: token ${JSON.stringify(text)} has no 16-bit id`);
    }
    vocabulary.set(text, id);
  }
  return vocabulary;
}

function readAdded(value: unknown): Map<string, number> {
  const added = new Map<string, number>();
  for (const entry of array(value ?? [], 'added_tokens')) {
    const { content, id } = object(entry, 'added_tokens');
    if (
      typeof content !== 'string' ||
      typeof id !== 'number' ||
      !Number.isInteger(id) ||
      id < 0 ||
      id > 0xffff
    ) {
      throw new Error('Tokenizer definition: an added token lacks its content or a 16-bit id');
    }
    added.set(content, id);
  }
  return added;
}

const specialNames: readonly SpecialName[] = [
  'repository',
  'file',
  'text',
  'end',
  'prefix',
  'suffix',
  'middle',
];

function readSpecial(added: ReadonlyMap<string, number>): Record<SpecialName, number> {
  const special = {} as Record<SpecialName, number>;
  for (const name of specialNames) {
    const id = added.get(`<|${name}|>`);
    if (id === undefined) throw new Error(`Tokenizer definition: no special token <|${name}|>`);
    special[name] = id;
  }
  return special;
}

function readMerges(value: unknown, vocabulary: ReadonlyMap<string, number>): Uint32Array {
  const list = array(value, 'model.merges');
  const merges = new Uint32Array(list.length * 3);
  for (const [rank, entry] of list.entries()) {
    // Older files write a merge as one string; byte-level tokens never contain a space.
    const [left, right] = typeof entry === 'string' ? entry.split(' ') : array(entry, 'model.merges');
    const ids = [left, right, `${String(left)}${String(right)}`].map(text => vocabulary.get(String(text)));
    for (const [k, id] of ids.entries()) {
      if (id === undefined)
        throw new Error(`Tokenizer definition: merge ${rank} uses a token outside the vocabulary`);
      merges[rank * 3 + k] = id;
    }
  }
  return merges;
}

function readPattern(value: unknown): string {
  const outer = object(value, 'pre_tokenizer');
  const steps =
    outer['type'] === 'Sequence' ? array(outer['pretokenizers'], 'pre_tokenizer.pretokenizers') : [outer];
  const [split, level, ...more] = steps.map(step => object(step, 'pre_tokenizer'));
  const { Regex: pattern } = (split?.['pattern'] ?? {}) as JsonObject;
  if (
    more.length > 0 ||
    split?.['type'] !== 'Split' ||
    String(split['behavior']).toLowerCase() !== 'isolated' ||
    split['invert'] === true ||
    typeof pattern !== 'string' ||
    level?.['type'] !== 'ByteLevel' ||
    level['add_prefix_space'] === true ||
    level['use_regex'] !== false
  ) {
    throw unsupported('a pre-tokenizer other than an isolating Split followed by a plain ByteLevel');
  }
  return pattern;
}

function tokenBytes(text: string): Uint8Array {
  const bytes = bytesOfLetters(text);
  if (bytes === undefined)
    throw new Error(`Tokenizer definition: ${JSON.stringify(text)} is not a byte-level token`);
  return bytes;
}

function readByteIds(vocabulary: ReadonlyMap<string, number>): Uint32Array {
  return Uint32Array.from(letterOfByte, (letter, byte) => {
    const id = vocabulary.get(letter);
    if (id === undefined) throw new Error(`Tokenizer definition: no token for the byte ${byte}`);
    return id;
  });
}

function object(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`Tokenizer definition: ${name} is not an object`);
  }
  return value as JsonObject;
}

function array(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`Tokenizer definition: ${name} is not a list`);
  return value;
}

function unsupported(what: string): Error {
  return new Error(`Tokenizer definition: ${what} is not supported`);
}
