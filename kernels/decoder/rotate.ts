/**
 * A decoder's weights in a rotated basis in which eight bits suffice. A few channels of the activations are tens of
 * times larger than the rest, so one scale per token leaves the rest very few steps. An orthogonal map of the residual
 * stream spreads them over all channels and folds into the weights: RMS norms preserve lengths once their gains are
 * folded into the next matrices. Values are mixed within each head, undone in the output matrix. (QuaRot, arXiv
 * 2404.00456, section 4: stages 1a and 1c, which cost nothing at run time.)
 */
import { uniformStream } from '../tensor.ts';
import { type DecoderConfig, type WeightSource, weightShapes } from './config.ts';

/**
 * The rotated model's configuration: the head absorbs the last norm's gain, so it is no longer tied to the embedding.
 */
export function rotatedConfig(config: DecoderConfig): DecoderConfig {
  return { ...config, tiedHead: false };
}

/** The same model up to rounding. Keys are unchanged; values are in the rotated basis of their heads. */
export function rotated(config: DecoderConfig, source: WeightSource): WeightSource {
  const { width, headWidth } = config;
  const stream = new Rotation(width);
  const head = new Rotation(headWidth);
  const shapes = weightShapes(rotatedConfig(config));
  const gains = new Map<string, Promise<Float32Array>>();
  const gain = (name: string): Promise<Float32Array> => {
    const known = gains.get(name) ?? source.read(name);
    gains.set(name, known);
    return known;
  };
  /** Rows that multiply the stream. */
  const behind = async (rows: Float32Array, norm: string | undefined): Promise<Float32Array> => {
    const result = rows.slice();
    const factors = norm === undefined ? undefined : await gain(norm);
    for (let start = 0; start < result.length; start += width) {
      const row = result.subarray(start, start + width);
      if (factors !== undefined) for (let i = 0; i < width; i++) row[i]! *= factors[i]!;
      stream.apply(row, 1);
    }
    return result;
  };
  /** Rows that are added to the stream: [d, K]. */
  const before = (matrix: Float32Array, inputs: number, byHeads: boolean): Float32Array => {
    const result = matrix.slice();
    if (byHeads)
      for (let start = 0; start < result.length; start += headWidth)
        head.apply(result.subarray(start, start + headWidth), 1);
    stream.apply(result, inputs);
    return result;
  };
  /** Rows, or numbers, of values: [K·dh, inner]. */
  const ofValues = (rows: Float32Array, inner: number): Float32Array => {
    const result = rows.slice();
    const size = headWidth * inner;
    for (let start = 0; start < result.length; start += size)
      head.apply(result.subarray(start, start + size), inner);
    return result;
  };
  const change = async (name: string, numbers: Float32Array): Promise<Float32Array> => {
    const place = name.replace(/^layers\.\d+\./, '');
    const layer = name.slice(0, name.length - place.length);
    switch (place) {
      case 'embedding.weight':
        return behind(numbers, undefined);
      case 'head.weight':
        return behind(numbers, 'norm.gain');
      case 'norm.gain':
      case 'attention.norm.gain':
      case 'mlp.norm.gain':
        return new Float32Array(numbers.length).fill(1);
      case 'attention.query.weight':
      case 'attention.key.weight':
        return behind(numbers, `${layer}attention.norm.gain`);
      case 'attention.value.weight':
        return ofValues(await behind(numbers, `${layer}attention.norm.gain`), width);
      case 'attention.value.bias':
        return ofValues(numbers, 1);
      case 'attention.output.weight':
        return before(numbers, shapes.get(name)![1]!, true);
      case 'mlp.gate.weight':
      case 'mlp.up.weight':
        return behind(numbers, `${layer}mlp.norm.gain`);
      case 'mlp.down.weight':
        return before(numbers, shapes.get(name)![1]!, false);
      default:
        return numbers;
    }
  };
  const original = (name: string): string =>
    name === 'head.weight' && config.tiedHead ? 'embedding.weight' : name;
  const readRows = source.readRows?.bind(source);
  return {
    names: () => [...new Set([...source.names(), 'head.weight'])],
    read: async name => await change(name, await source.read(original(name))),
    ...(readRows !== undefined && {
      readRows: async (name: string, first: number, count: number) => {
        if (name === 'embedding.weight' || name === 'head.weight')
          return await change(name, await readRows(original(name), first, count));
        const inputs = shapes.get(name)![1] ?? 1;
        return (await change(name, await source.read(name))).slice(first * inputs, (first + count) * inputs);
      },
    }),
  };
}

/**
 * An orthogonal map of d = m·2ᵏ numbers: random signs, a Hadamard transform of each 2ᵏ, then a cosine transform across
 * the m. Takes d·(k + m) steps.
 */
export class Rotation {
  readonly #size: number;
  /** 2ᵏ and m. */
  readonly #inner: number;
  readonly #outer: number;
  readonly #signs: Float64Array;
  /** [m, m] */
  readonly #cosines: Float64Array;

  constructor(size: number) {
    let inner = 1;
    while (size % (2 * inner) === 0) inner *= 2;
    const outer = size / inner;
    const uniform = uniformStream(size);
    this.#size = size;
    this.#inner = inner;
    this.#outer = outer;
    // The signs include the Hadamard scale.
    this.#signs = Float64Array.from({ length: size }, () => (uniform() < 0.5 ? -1 : 1) / Math.sqrt(inner));
    this.#cosines = Float64Array.from({ length: outer * outer }, (_, at) => {
      const [row, column] = [Math.floor(at / outer), at % outer];
      const scale = Math.sqrt((row === 0 ? 1 : 2) / outer);
      return scale * Math.cos((Math.PI * (column + 0.5) * row) / outer);
    });
  }

  /** Maps every column of data [d, width], in place. */
  apply(data: Float32Array, width: number): void {
    if (data.length !== this.#size * width)
      throw new RangeError(`${data.length} numbers are no ${this.#size} × ${width}`);
    for (let i = 0; i < this.#size; i++) {
      const sign = this.#signs[i]!;
      for (let at = i * width; at < (i + 1) * width; at++) data[at]! *= sign;
    }
    for (let reach = width; reach < this.#inner * width; reach *= 2) {
      for (let start = 0; start < data.length; start += 2 * reach) {
        for (let at = start; at < start + reach; at++) {
          const a = data[at]!;
          const b = data[at + reach]!;
          data[at] = a + b;
          data[at + reach] = a - b;
        }
      }
    }
    if (this.#outer > 1) this.#across(data, this.#inner * width);
  }

  #across(data: Float32Array, stride: number): void {
    const outer = this.#outer;
    const column = new Float64Array(outer);
    for (let at = 0; at < stride; at++) {
      for (let i = 0; i < outer; i++) column[i] = data[at + i * stride]!;
      for (let i = 0; i < outer; i++) {
        let sum = 0;
        for (let j = 0; j < outer; j++) sum += this.#cosines[i * outer + j]! * column[j]!;
        data[at + i * stride] = sum;
      }
    }
  }
}
