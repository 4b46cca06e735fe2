/** How a graph holds a decoder's weights: which of the file's tensors become which parts, in each lowering. */
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
 * - `signed8`, `unsigned8`: eight bits for weights and activations, one scale per column and token. Same integers;
 *   signed products are faster where the processor adds them exactly, and wrong elsewhere.
 * - `block8`, `block4`: eight or four bits a weight, one scale per 32: for GPUs.
 */
export type DecoderLowering = 'float32' | 'signed8' | 'unsigned8' | 'block8' | 'block4';

/** Whether a lowering is for GPUs. */
export function hasBlocks(lowering: DecoderLowering): boolean {
  return lowering === 'block8' || lowering === 'block4';
}

/** One weight of the graph, packed from the rows of one or more tensors. */
export interface PackedWeight {
  readonly name: string;
  /** Names of the tensors whose rows are concatenated. */
  readonly from: readonly string[];
  readonly packing: Packing;
}

/** The model to pack: every lowering except float32 takes the rotated one. */
export function preparedFor(
  lowering: DecoderLowering,
  config: DecoderConfig,
  source: WeightSource,
): { readonly config: DecoderConfig; readonly source: WeightSource } {
  if (lowering === 'float32') return { config, source };
  return { config: rotatedConfig(config), source: rotated(config, source) };
}

/** Places a part of a packed weight in the graph. */
export type PlacePart = (g: GraphBuilder, weight: string, part: Part) => Value;

/** All weights of the graph in a lowering, largest first, so that RAM use peaks at the start. */
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
  // In float32 a tied head uses the embedding itself.
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

/** Rows read at once: about 16 MB for the widest models. */
const rowsAtOnce = 2048;

/**
 * Packs a weight, reading a few rows at a time where the source can.
 * @throws RangeError when a tensor's size differs from the configuration; errors of the source
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
    // In whole heads.
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
