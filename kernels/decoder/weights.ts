/** How a decoder's weights are held in a graph: which tensors of the file become which parts, in each lowering. */
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import {
  blockPacking,
  floatPacking,
  lookupPacking,
  type Packing,
  type Part,
  rowPacking,
  tokenPacking,
} from '../onnx/pack.ts';
import { type DecoderConfig, type WeightSource, weightShapes } from './config.ts';
import { rotated, rotatedConfig } from './rotate.ts';

/**
 * - `float32`: exact, the reference of the others.
 * - `signed8`, `unsigned8`: eight bits a weight and an activation, a scale a column and a token. The same whole numbers; signed products are faster
 *   where the processor adds them exactly, and wrong elsewhere.
 * - `block8`, `block4`: eight or four bits a weight, a scale for 32 of them: for graphics cards.
 */
export type DecoderLowering = 'float32' | 'signed8' | 'unsigned8' | 'block8' | 'block4';

/** One weight of the graph: made from rows of one tensor after another. */
export interface PackedWeight {
  readonly name: string;
  /** Names of tensors, whose rows follow one another. */
  readonly from: readonly string[];
  readonly packing: Packing;
}

/** A model as its weights are packed: all lowerings but float32 take the rotated one. */
export function preparedFor(
  lowering: DecoderLowering,
  config: DecoderConfig,
  source: WeightSource,
): { readonly config: DecoderConfig; readonly source: WeightSource } {
  if (lowering === 'float32') return { config, source };
  return { config: rotatedConfig(config), source: rotated(config, source) };
}

/** Gives a part of a packed weight as a value of the graph. */
export type PlacePart = (g: GraphBuilder, weight: string, part: Part) => Value;

/** Every weight of the graph in a lowering, the largest first: memory is fullest at the start, and never more so afterwards. */
export function packedWeights(config: DecoderConfig, lowering: DecoderLowering): readonly PackedWeight[] {
  const shapes = weightShapes(lowering === 'float32' ? config : rotatedConfig(config));
  const rowsOf = (from: readonly string[]): number =>
    from.reduce((sum, name) => sum + (shapes.get(name)?.[0] ?? 0), 0);
  const matrix = (name: string, from: readonly string[]): PackedWeight => ({
    name,
    from,
    packing: matrixPacking(lowering, rowsOf(from), shapes.get(from[0]!)![1]!),
  });
  const vector = (name: string, from: readonly string[]): PackedWeight => ({
    name,
    from,
    packing: vectorPacking(rowsOf(from)),
  });
  const { vocabulary, width } = config;
  const float = lowering === 'float32';
  const weights: PackedWeight[] = [
    {
      name: 'embedding',
      from: ['embedding.weight'],
      packing: (float ? rowPacking : lookupPacking)(vocabulary, width),
    },
  ];
  // In float32 a tied head multiplies the embedding as it is.
  if (!float) weights.push(matrix('head', ['head.weight']));
  else if (!config.tiedHead)
    weights.push({ name: 'head', from: ['head.weight'], packing: rowPacking(vocabulary, width) });
  for (let layer = 0; layer < config.layers; layer++) {
    const attention = `layers.${layer}.attention`;
    const mlp = `layers.${layer}.mlp`;
    const projections = ['query', 'key', 'value'].map(name => `${attention}.${name}`);
    weights.push(
      vector(`${attention}.norm`, [`${attention}.norm.gain`]),
      matrix(
        `${attention}.projections`,
        projections.map(name => `${name}.weight`),
      ),
      matrix(`${attention}.output`, [`${attention}.output.weight`]),
      vector(`${mlp}.norm`, [`${mlp}.norm.gain`]),
      ...['gate', 'up', 'down'].map(name => matrix(`${mlp}.${name}`, [`${mlp}.${name}.weight`])),
    );
    if (config.attentionBias)
      weights.push(
        vector(
          `${attention}.bias`,
          projections.map(name => `${name}.bias`),
        ),
      );
    if (config.queryKeyNorm)
      for (const name of ['queryNorm', 'keyNorm'])
        weights.push(vector(`${attention}.${name}`, [`${attention}.${name}.gain`]));
  }
  weights.push(vector('norm', ['norm.gain']));
  return weights;
}

/** Rows that are read at once: some 16 MB of the widest models. */
const rowsAtOnce = 2048;

/**
 * Reads what a weight is made of, a few rows at a time where the source can.
 * @throws RangeError where a tensor has another size than the configuration says; what the source throws
 */
export async function packWeight(
  { from, packing }: PackedWeight,
  config: DecoderConfig,
  source: WeightSource,
): Promise<ReturnType<ReturnType<Packing['pack']>['finish']>> {
  const shapes = weightShapes(config);
  const packer = packing.pack();
  for (const name of from) {
    const [rows = 0, columns = 1] = shapes.get(name)!;
    const inPieces = source.readRows !== undefined && columns > 1;
    // Whole heads.
    const step = inPieces ? rowsAtOnce - (rowsAtOnce % config.headWidth) : rows;
    for (let start = 0; start < rows; start += step) {
      const end = Math.min(start + step, rows);
      const numbers = inPieces ? await source.readRows!(name, start, end - start) : await source.read(name);
      if (numbers.length !== (end - start) * columns)
        throw new RangeError(
          `${name} should hold ${rows} × ${columns} numbers; rows ${start} to ${end} are ${numbers.length} numbers.`,
        );
      packer.add(numbers);
    }
  }
  return packer.finish();
}

function matrixPacking(lowering: DecoderLowering, outputs: number, inputs: number): Packing {
  switch (lowering) {
    case 'float32':
      return floatPacking(outputs, inputs);
    case 'signed8':
      return tokenPacking(outputs, inputs, 'int8');
    case 'unsigned8':
      return tokenPacking(outputs, inputs, 'uint8');
    case 'block8':
      return blockPacking(outputs, inputs, 8);
    case 'block4':
      return blockPacking(outputs, inputs, 4);
  }
}

function vectorPacking(length: number): Packing {
  const packing = rowPacking(length, 1);
  return { ...packing, parts: packing.parts.map(part => ({ ...part, shape: [length] })) };
}
