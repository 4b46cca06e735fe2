/** Keeps how much files surprise between sessions, by their content: an unchanged file is never judged twice. */
import { createHash } from 'node:crypto';
import type { CacheStore } from '../storage/cache-store.ts';
import type { FileSurprise } from './by-line.ts';

/** Increased when the judgement changes much. */
const format = 3;
const name = 'surprise';
/** Contents that no file has now are kept while they are at most this many times as many as those in use, and some. */
const keptUnused = { times: 1, more: 200 };

export class KeptSurprise {
  readonly #store: CacheStore | undefined;
  readonly #key: string;
  #known = new Map<string, FileSurprise>();
  #isWritten = true;

  /**
   * @param store undefined without a cache: then for this session alone
   * @param roots absolute paths of the folders, with the names that prefix their files
   * @param model identifies the weights that judged
   */
  constructor(
    store: CacheStore | undefined,
    roots: readonly { readonly name: string; readonly root: string }[],
    model: string,
  ) {
    const identity = JSON.stringify(['surprise', format, model, roots.map(root => [root.name, root.root])]);
    this.#store = store;
    this.#key = createHash('sha256').update(identity).digest('hex').slice(0, 40);
  }

  /** Takes what earlier sessions kept. Nothing if it is damaged. */
  async load(): Promise<void> {
    const kept = await this.#store?.get(this.#key, name).catch(() => undefined);
    if (kept === undefined || kept === 'damaged') return;
    try {
      const rows = JSON.parse(Buffer.from(kept).toString('utf8')) as Row[];
      for (const [content, bits, bytes, peak, lines] of rows)
        this.#known.set(content, { bits, bytes, peak, lines: unpacked(lines) });
    } catch {
      this.#known = new Map();
    }
  }

  get(content: string): FileSurprise | undefined {
    return this.#known.get(content);
  }

  set(content: string, surprise: FileSurprise): void {
    this.#known.set(content, surprise);
    this.#isWritten = false;
  }

  /** Failures are ignored: the files are judged again next time. @param inUse contents of the files there are */
  async save(inUse: ReadonlySet<string>): Promise<void> {
    if (this.#isWritten || this.#store === undefined) return;
    this.#isWritten = true;
    const unused = [...this.#known.keys()].filter(content => !inUse.has(content));
    const room = keptUnused.times * inUse.size + keptUnused.more;
    for (const content of unused.slice(0, Math.max(0, unused.length - room))) this.#known.delete(content);
    const rows = [...this.#known].map(
      ([content, { bits, bytes, peak, lines }]): Row => [content, rounded(bits), bytes, peak, packed(lines)],
    );
    await this.#store.put(this.#key, name, Buffer.from(JSON.stringify(rows))).catch(() => undefined);
  }

  async clear(): Promise<void> {
    this.#known.clear();
    this.#isWritten = true;
    await this.#store?.remove(this.#key, name).catch(() => undefined);
  }
}

/** The content, its bits and bytes, its peak, and the bits of its lines. */
type Row = readonly [content: string, bits: number, bytes: number, peak: number, lines: string];

/** Bits are kept in tenths, those of a line in 16 bits: a line of data may have more, so that the sum is kept as well. */
const tenths = 10;
const mostTenths = 0xffff;

function rounded(bits: number): number {
  return Math.round(tenths * bits) / tenths;
}

function packed(lines: readonly number[]): string {
  const bytes = Buffer.alloc(2 * lines.length);
  for (const [line, bits] of lines.entries())
    bytes.writeUInt16LE(Math.min(mostTenths, Math.round(tenths * bits)), 2 * line);
  return bytes.toString('base64');
}

function unpacked(text: string): number[] {
  const lines = Buffer.from(text, 'base64');
  return Array.from({ length: lines.length / 2 }, (_, line) => lines.readUInt16LE(2 * line) / tenths);
}

/** Identifies the content tokens of a file, wherever it lies. */
export function contentKey(tokens: Uint16Array): string {
  const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  return createHash('sha256').update(bytes).digest('base64').slice(0, 22);
}
