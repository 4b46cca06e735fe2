/**
 * A decoder of the Llama family: RMS norms, rotary positions, grouped queries, SwiGLU; Qwen2 adds biases to queries, keys and values,
 * Qwen3 norms of queries and keys.
 *
 * Its weights are float32 tensors by these names, with H query heads and K key heads of dh numbers; matrices are [outputs, inputs]:
 *
 * | name | shape |
 * |---|---|
 * | `embedding.weight` | [vocabulary, width] |
 * | `layers.N.attention.norm.gain` | [width] |
 * | `layers.N.attention.query.weight`, `.key.weight`, `.value.weight` | [H·dh or K·dh, width] |
 * | `layers.N.attention.query.bias`, `.key.bias`, `.value.bias` (`attentionBias`) | [H·dh or K·dh] |
 * | `layers.N.attention.queryNorm.gain`, `.keyNorm.gain` (`queryKeyNorm`) | [dh] |
 * | `layers.N.attention.output.weight` | [width, H·dh] |
 * | `layers.N.mlp.norm.gain` | [width] |
 * | `layers.N.mlp.gate.weight`, `.up.weight` | [mlp, width] |
 * | `layers.N.mlp.down.weight` | [width, mlp] |
 * | `norm.gain` | [width] |
 * | `head.weight` (absent where `tiedHead`: the embedding serves) | [vocabulary, width] |
 *
 * Rotations pair component i of a head with component i + dh/2, as Qwen's files have it. Files that pair neighbours 2i and 2i + 1
 * (GGUF's llama architecture) are brought into this order by whoever reads them: row `2i + s` of a head becomes row `i + s·dh/2` of
 * the query's and of the key's matrix (and bias).
 */
export interface DecoderConfig {
  /** Increased when the meaning of a field or of a weight changes. */
  readonly version: 1;
  /** The file's name for its architecture, such as `qwen2`; informational. */
  readonly architecture: string;
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  /** H, heads of queries: a multiple of `keyHeads`. */
  readonly heads: number;
  /** K, heads of keys and values. */
  readonly keyHeads: number;
  /** dh, an even number; H·dh need not be the width. */
  readonly headWidth: number;
  readonly mlp: number;
  /** ε of every norm, under the root. */
  readonly normEpsilon: number;
  readonly rotaryBase: number;
  /** dh/2 divisors of the frequencies (Llama 3's long contexts; GGUF's `rope_freqs.weight`); 1 each when absent. */
  readonly rotaryDivisors?: readonly number[];
  /** Context length it was trained for, in tokens. */
  readonly context: number;
  readonly attentionBias: boolean;
  readonly queryKeyNorm: boolean;
  readonly tiedHead: boolean;
}

/** Loads weights one at a time, so that they need never be in RAM together. */
export interface WeightSource {
  names(): readonly string[];
  /** The numbers in row-major order. @throws Error with a full sentence when they cannot be read */
  read(name: string): Promise<Float32Array>;
  /**
   * `count` rows of a matrix from `first` on, because an embedding may not fit whole. Query and key rows come in whole
   * heads.
   */
  readRows?(name: string, first: number, count: number): Promise<Float32Array>;
}

const counts = ['vocabulary', 'width', 'layers', 'heads', 'keyHeads', 'headWidth', 'mlp', 'context'] as const;
const choices = ['attentionBias', 'queryKeyNorm', 'tiedHead'] as const;

/** Parses `decoder.json`. @throws RangeError that names the field and the problem */
export function parseDecoderConfig(json: string): DecoderConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new RangeError('The configuration of the code model is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new RangeError('The configuration of the code model is not an object.');
  const fields = parsed as Readonly<Record<string, unknown>>;
  const fail = (why: string): never => {
    throw new RangeError(`The configuration of the code model ${why}.`);
  };
  if (fields['version'] !== 1) fail(`is of version ${String(fields['version'])}; this program reads 1`);
  if (typeof fields['architecture'] !== 'string') fail('does not name its architecture');
  for (const name of counts) {
    const value = fields[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) fail(`has no count for ${name}`);
  }
  for (const name of ['normEpsilon', 'rotaryBase'] as const) {
    const value = fields[name];
    if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY))
      fail(`has no number above 0 for ${name}`);
  }
  for (const name of choices) if (typeof fields[name] !== 'boolean') fail(`does not say ${name}`);
  const config = fields as unknown as DecoderConfig;
  const { heads, keyHeads, headWidth, rotaryDivisors } = config;
  if (heads % keyHeads !== 0) fail(`has ${heads} heads, no multiple of ${keyHeads} key heads`);
  if (headWidth % 2 !== 0) fail(`has heads of ${headWidth} numbers, which do not pair`);
  const isDivisor = (value: unknown): boolean => typeof value === 'number' && value > 0;
  if (
    rotaryDivisors !== undefined &&
    !(
      Array.isArray(rotaryDivisors) &&
      rotaryDivisors.length === headWidth / 2 &&
      rotaryDivisors.every(isDivisor)
    )
  )
    fail(`should have ${headWidth / 2} numbers above 0 for rotaryDivisors`);
  return config;
}

/** Shapes of all weights by name, in the order a token meets them. */
export function weightShapes(config: DecoderConfig): ReadonlyMap<string, readonly number[]> {
  const { vocabulary, width, layers, heads, keyHeads, headWidth, mlp } = config;
  const shapes = new Map<string, readonly number[]>([['embedding.weight', [vocabulary, width]]]);
  const projections = { query: heads, key: keyHeads, value: keyHeads };
  for (let layer = 0; layer < layers; layer++) {
    const attention = `layers.${layer}.attention`;
    shapes.set(`${attention}.norm.gain`, [width]);
    for (const [name, count] of Object.entries(projections)) {
      shapes.set(`${attention}.${name}.weight`, [count * headWidth, width]);
      if (config.attentionBias) shapes.set(`${attention}.${name}.bias`, [count * headWidth]);
    }
    if (config.queryKeyNorm)
      for (const name of ['queryNorm', 'keyNorm']) shapes.set(`${attention}.${name}.gain`, [headWidth]);
    shapes.set(`${attention}.output.weight`, [width, heads * headWidth]);
    const block = `layers.${layer}.mlp`;
    shapes.set(`${block}.norm.gain`, [width]);
    for (const name of ['gate', 'up']) shapes.set(`${block}.${name}.weight`, [mlp, width]);
    shapes.set(`${block}.down.weight`, [width, mlp]);
  }
  shapes.set('norm.gain', [width]);
  if (!config.tiedHead) shapes.set('head.weight', [vocabulary, width]);
  return shapes;
}
