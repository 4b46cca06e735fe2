import type { Piece, SpecialName } from '../../../server/sequence/render.ts';
import type { Tokenizer } from '../../../server/tokens/tokenizer.ts';

const specialNames: readonly SpecialName[] = [
  'repository',
  'file',
  'text',
  'end',
  'prefix',
  'suffix',
  'middle',
];
/** Besides all bytes: tokens with several line ends, with one inside, and words. */
const words = [
  '\n\n',
  '\n\n\n',
  '\n  ',
  '\n    ',
  '}\n',
  '}\n\n',
  ';\n  ',
  '  ',
  '    ',
  'const ',
  'import ',
  ' = ',
  '() {',
  'the ',
];

/** Takes the longest matching token: small, exact, with every kind of token that matters for lines. */
export class FakeTokenizer implements Tokenizer {
  readonly hash: string = 'fake';
  readonly special: Readonly<Record<SpecialName, number>>;
  readonly #bytes: Uint8Array[] = [];
  readonly #byText = new Map<string, number>();

  constructor() {
    for (let byte = 0; byte < 256; byte++) this.#bytes.push(Uint8Array.of(byte));
    for (const word of words) this.#bytes.push(new TextEncoder().encode(word));
    for (const [id, bytes] of this.#bytes.entries())
      this.#byText.set(Buffer.from(bytes).toString('latin1'), id);
    this.special = Object.fromEntries(
      specialNames.map((name, at) => [name, this.#bytes.length + at]),
    ) as Record<SpecialName, number>;
  }

  get vocabularySize(): number {
    return this.#bytes.length + specialNames.length;
  }

  encode(text: string): Uint16Array {
    const bytes = Buffer.from(text, 'utf8').toString('latin1');
    const ids: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      let length = 7;
      while (!this.#byText.has(bytes.slice(at, at + length))) length--;
      ids.push(this.#byText.get(bytes.slice(at, at + length))!);
      at += Math.min(length, bytes.length - at);
    }
    return Uint16Array.from(ids);
  }

  encodePieces(pieces: readonly Piece[]): Uint16Array {
    const ids = pieces.flatMap(piece =>
      'text' in piece ? [...this.encode(piece.text)] : [this.special[piece.special]],
    );
    return Uint16Array.from(ids);
  }

  decode(ids: ArrayLike<number>): string {
    return Buffer.concat(Array.from(ids, id => this.bytesOf(id))).toString('utf8');
  }

  bytesOf(id: number): Uint8Array {
    return this.#bytes[id] ?? new Uint8Array();
  }

  isSpecial(id: number): boolean {
    return id >= this.#bytes.length;
  }

  newlinesIn(id: number): number {
    return this.bytesOf(id).filter(byte => byte === 0x0a).length;
  }
}
