/** The metadata of a GGUF file: keys with typed values. */
import type { ByteReader } from './byte-reader.ts';
import { GgufError } from './error.ts';

export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

export type MetadataValue =
  | number
  | bigint
  | boolean
  | string
  | NumberArray
  | readonly string[]
  | readonly MetadataValue[];

/** Looks up keys by expected type. */
export class Metadata {
  readonly path: string;
  readonly #values: ReadonlyMap<string, MetadataValue>;

  constructor(path: string, values: ReadonlyMap<string, MetadataValue>) {
    this.path = path;
    this.#values = values;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  /** @throws GgufError when the key is missing (and there is no `otherwise`) or not a finite number */
  number(key: string, otherwise?: number): number {
    const value = this.#of(key, otherwise);
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw this.#wrong(key, 'a number');
  }

  /** An integer between `least` and `most`. @throws GgufError as `number` does, or when out of range */
  count(key: string, least: number, most: number, otherwise?: number): number {
    const value = this.number(key, otherwise);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new GgufError(
      `${this.path}: ${key} is ${value}, where a whole number from ${least} to ${most} is expected.`,
    );
  }

  /** @throws GgufError when the key is missing (and there is no `otherwise`) or not a string */
  string(key: string, otherwise?: string): string {
    const value = this.#of(key, otherwise);
    if (typeof value === 'string') return value;
    throw this.#wrong(key, 'a string');
  }

  /** @throws GgufError when the key is not a boolean */
  boolean(key: string, otherwise: boolean): boolean {
    const value = this.#of(key, otherwise);
    if (typeof value === 'boolean') return value;
    throw this.#wrong(key, 'a boolean');
  }

  /** @throws GgufError when the key is missing or not a list of strings */
  strings(key: string): readonly string[] {
    const value = this.#of(key, undefined);
    if (Array.isArray(value) && value.every(one => typeof one === 'string'))
      return value as readonly string[];
    throw this.#wrong(key, 'a list of strings');
  }

  /** @returns a list of numbers; undefined when the key is missing. @throws GgufError when it is anything else */
  numbers(key: string): Exclude<NumberArray, BigUint64Array | BigInt64Array> | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (ArrayBuffer.isView(value) && !(value instanceof BigUint64Array) && !(value instanceof BigInt64Array))
      return value as Exclude<NumberArray, BigUint64Array | BigInt64Array>;
    throw this.#wrong(key, 'a list of numbers');
  }

  #of(key: string, otherwise: MetadataValue | undefined): MetadataValue {
    const value = this.#values.get(key) ?? otherwise;
    if (value === undefined) throw new GgufError(`${this.path}: the metadata has no ${key}.`);
    return value;
  }

  #wrong(key: string, expected: string): GgufError {
    return new GgufError(`${this.path}: ${key} is not ${expected}.`);
  }
}

/** Value type ids, from the format's specification. */
const stringType = 8;
const arrayType = 9;
const booleanType = 7;

interface NumberType {
  readonly bytes: number;
  readonly read: (view: Buffer) => number | bigint;
  readonly array: new (buffer: ArrayBuffer) => NumberArray;
}

const numberTypes: Readonly<Record<number, NumberType>> = {
  0: { bytes: 1, read: view => view.readUInt8(0), array: Uint8Array },
  1: { bytes: 1, read: view => view.readInt8(0), array: Int8Array },
  2: { bytes: 2, read: view => view.readUInt16LE(0), array: Uint16Array },
  3: { bytes: 2, read: view => view.readInt16LE(0), array: Int16Array },
  4: { bytes: 4, read: view => view.readUInt32LE(0), array: Uint32Array },
  5: { bytes: 4, read: view => view.readInt32LE(0), array: Int32Array },
  6: { bytes: 4, read: view => view.readFloatLE(0), array: Float32Array },
  [booleanType]: { bytes: 1, read: view => view.readUInt8(0), array: Uint8Array },
  10: { bytes: 8, read: view => view.readBigUInt64LE(0), array: BigUint64Array },
  11: { bytes: 8, read: view => view.readBigInt64LE(0), array: BigInt64Array },
  12: { bytes: 8, read: view => view.readDoubleLE(0), array: Float64Array },
};

/** Far above what real models have: vocabularies stay under 300,000 tokens, chat templates under 100 kB. */
const longestString = 1 << 24;
const maxElements = 1 << 22;
const deepestArray = 2;

/** @throws GgufError for duplicate keys, unknown value types and lengths beyond the file */
export async function readMetadata(reader: ByteReader, count: number): Promise<Metadata> {
  const values = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = await readString(reader, `the metadata key ${i} of ${count}`);
    if (values.has(key)) throw new GgufError(`${reader.path} is damaged: the key ${key} occurs twice.`);
    await reader.need(4, `the type of ${key}`);
    values.set(key, await readValue(reader, reader.uint32(), key, 0));
  }
  return new Metadata(reader.path, values);
}

/** A length, then that many bytes of UTF-8. */
export async function readString(reader: ByteReader, what: string): Promise<string> {
  if (!reader.has(8)) await reader.need(8, what);
  const length = reader.uint64(`the length of ${what}`);
  if (length > longestString)
    throw new GgufError(`${reader.path} is damaged: ${what} claims to be ${length} bytes long.`);
  if (!reader.has(length)) await reader.need(length, what);
  return reader.take(length).toString('utf8');
}

async function readValue(
  reader: ByteReader,
  type: number,
  key: string,
  depth: number,
): Promise<MetadataValue> {
  if (type === stringType) return readString(reader, key);
  if (type === arrayType) return readArray(reader, key, depth);
  const number = numberTypes[type];
  if (number === undefined)
    throw new GgufError(`${reader.path} is damaged: ${key} has the unknown value type ${type}.`);
  await reader.need(number.bytes, key);
  const value = number.read(reader.take(number.bytes));
  return type === booleanType ? value !== 0 : value;
}

async function readArray(reader: ByteReader, key: string, depth: number): Promise<MetadataValue> {
  await reader.need(12, key);
  const type = reader.uint32();
  const length = reader.uint64(`the length of ${key}`);
  const number = numberTypes[type];
  if (number === undefined && type !== stringType && type !== arrayType)
    throw new GgufError(`${reader.path} is damaged: ${key} is a list of the unknown value type ${type}.`);
  // A string in a list takes at least eight bytes, a list twelve, so no stated length allocates more than the file
  // holds.
  const least = number?.bytes ?? (type === stringType ? 8 : 12);
  if (length > maxElements || length * least > reader.remaining)
    throw new GgufError(`${reader.path} is truncated or damaged: ${key} claims ${length} elements.`);
  if (number !== undefined) {
    await reader.need(length * number.bytes, key);
    const copy = new ArrayBuffer(length * number.bytes);
    new Uint8Array(copy).set(reader.take(length * number.bytes));
    return new number.array(copy);
  }
  if (type === stringType) {
    const strings: string[] = [];
    // A promise for each of 300,000 tokens and merges would take a second; awaits only at the window's end.
    for (let i = 0; i < length; i++) {
      const whole = reader.wholeString();
      strings.push(whole ?? (await readString(reader, `element ${i} of ${key}`)));
    }
    return strings;
  }
  if (depth + 1 >= deepestArray)
    throw new GgufError(`${reader.path}: ${key} nests lists more deeply than any model does.`);
  const lists: MetadataValue[] = [];
  for (let i = 0; i < length; i++) lists.push(await readArray(reader, key, depth + 1));
  return lists;
}
