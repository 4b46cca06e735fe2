/**
 * A decoder's weights in another basis, in which eight bits are enough. Activations have a few channels tens of times as large as the rest, and one
 * scale a token leaves the rest hardly any steps. An orthogonal map of the residual stream spreads them over all channels, and can be put into
 * the weights: RMS norms keep lengths, once their gains are in the matrices behind them. Values of a head are mixed likewise, which the matrix of the
 * outputs takes back. (QuaRot, arXiv 2404.00456, section 4: stages 1a and 1c, which cost nothing while the model runs.)
 */
import { uniformStream } from '../tensor.ts';
import { type DecoderConfig, type WeightSource, weightShapes } from './config.ts';

/** What a rotated model is like: the last norm's gain is in its head now, which can be the embedding no longer. */
export function rotatedConfig(config: DecoderConfig): DecoderConfig {
  return { ...config, tiedHead: false };
}

/** The same model: what comes out of it differs by rounding. Keys are as they were; values are in the basis of their heads. */
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
 * An orthogonal map of d = m·2ᵏ numbers: random signs, then a Hadamard transform of each 2ᵏ of them, then a cosine transform across the m; in
 * d·(k + m) steps.
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
    // The Hadamard transform's scale is in the signs.
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
