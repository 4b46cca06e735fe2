/** The shape of a model, from its weights' metadata. Mirrors kernels/training/config.py. */

/** Token mixers of the self-decoder: causal, and scoped to one file. */
export type LowerMixer = 'hyena_short' | 'hyena_medium' | 'hyena_long' | 'h3' | 'gated_delta' | 'window';
/** Mixers of the cross-decoder, which may also read the memory of the rest of the repository. */
export type UpperMixer = LowerMixer | 'infini' | 'dilated' | 'continuous';

/** Widths in numbers, lengths in tokens; `width` is heads · head width. */
export interface ModelConfig {
  readonly vocabulary: number;
  readonly width: number;
  readonly heads: number;
  readonly mlp: number;
  readonly self_decoder: readonly LowerMixer[];
  readonly cross_decoder: readonly UpperMixer[];
  readonly window: number;
  /** Of the layers that read the repository's memory. */
  readonly reader_window: number;
  readonly rotary_base: number;
  readonly soft_cap: number;
  readonly short_filter: number;
  readonly medium_filter: number;
  readonly long_modes: number;
  readonly state_modes: number;
  readonly delta_chunk: number;
  /** Heads of the linear memory, and of the delta memory. */
  readonly memory_heads: number;
  readonly memory_key: number;
  readonly memory_value: number;
  readonly continuous_bases: number;
  readonly continuous_width: number;
  readonly continuous_heads: number;
  readonly continuous_sigma: number;
  readonly continuous_ridge: number;
  /** w₀, and the keys that a level of the dilated memory holds. */
  readonly dilated_span: number;
  readonly dilated_ratio: number;
}

const lowerMixers: readonly string[] = [
  'hyena_short',
  'hyena_medium',
  'hyena_long',
  'h3',
  'gated_delta',
  'window',
];
const upperMixers: readonly string[] = [...lowerMixers, 'infini', 'dilated', 'continuous'];

const numbers = [
  'vocabulary',
  'width',
  'heads',
  'mlp',
  'window',
  'rotary_base',
  'soft_cap',
  'short_filter',
  'medium_filter',
  'long_modes',
  'state_modes',
  'delta_chunk',
  'memory_heads',
  'memory_key',
  'memory_value',
  'continuous_bases',
  'continuous_width',
  'continuous_heads',
  'continuous_sigma',
  'continuous_ridge',
  'dilated_span',
  'dilated_ratio',
] as const satisfies readonly (keyof ModelConfig)[];

/** @throws RangeError that names the field and the problem */
export function parseConfig(json: string): ModelConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new RangeError('The configuration of the model is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new RangeError('The configuration of the model is not an object.');
  const fields = parsed as Record<string, unknown>;
  for (const name of numbers) {
    const value = fields[name];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new RangeError(`The configuration of the model has no number for ${name}.`);
    }
  }
  expectMixers('self_decoder', fields['self_decoder'], lowerMixers);
  expectMixers('cross_decoder', fields['cross_decoder'], upperMixers);
  const config = fields as unknown as ModelConfig;
  if (config.width % config.heads !== 0) {
    throw new RangeError(
      `The configuration of the model has ${config.heads} heads, which do not divide a width of ${config.width}.`,
    );
  }
  return config;
}

function expectMixers(name: string, value: unknown, known: readonly string[]): void {
  if (!Array.isArray(value)) throw new RangeError(`The configuration of the model has no list for ${name}.`);
  const strange = value.find(mixer => !known.includes(mixer));
  if (strange !== undefined)
    throw new RangeError(
      `The configuration of the model has an unknown layer in ${name}: ${String(strange)}.`,
    );
}
