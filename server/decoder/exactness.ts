/**
 * Chooses a machine's lowering. Processors without VNNI add pairs of unsigned-by-signed products in sixteen bits, which
 * saturates: fast and wrong. So such products are tested with the largest numbers.
 */
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import { GraphBuilder, type OnnxModel } from '../../kernels/onnx/graph-builder.ts';
import { lengthOf } from '../../kernels/onnx/length.ts';
import { quantizeRows, rowZeroPoints, tokenLinear } from '../../kernels/onnx/token-linear.ts';
import type { Device } from '../engine/device.ts';
import type { GraphSession, Runtime } from '../engine/runtime.ts';

const inputs = 256;
const outputs = 64;
/** One row and many take different code paths. */
const rowCounts = [1, 8, 65];
/** Float rounding; saturation is off by half. */
const tolerance = 1e-4;

/** Tests products on a device as decoders use them. @throws onnxruntime's errors */
export async function chooseLowering(runtime: Runtime, device: Device): Promise<DecoderLowering> {
  if (device !== 'cpu') return 'block4';
  const session = await runtime.open(signedProduct(), device, { threads: 1 });
  try {
    return (await isExact(session)) ? 'signed8' : 'unsigned8';
  } finally {
    await session.release();
  }
}

/** x [T, K] times a matrix of only largest and smallest numbers. */
export function signedProduct(): OnnxModel {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['T', inputs]);
  const levels = Int8Array.from({ length: inputs * outputs }, (_, index) => levelAt(index % outputs));
  const scales = new Float32Array(outputs).fill(1 / 127);
  const weight = { weight: g.weight(levels, [inputs, outputs]), scales: g.weight(scales, [outputs]) };
  g.output('y', tokenLinear(quantizeRows(x, rowZeroPoints(lengthOf(x, 0))), weight));
  return g.build();
}

/** Whether the products equal integer arithmetic. */
export async function isExact(session: Pick<GraphSession, 'run'>): Promise<boolean> {
  for (const count of rowCounts) {
    const x = { shape: [count, inputs], data: new Float32Array(count * inputs).fill(1) };
    const { y } = await session.run({ x });
    const isRight = (value: number, index: number): boolean =>
      Math.abs(value - (inputs * levelAt(index % outputs)) / 127) <= tolerance * inputs;
    if (y === undefined || !y.data.every(isRight)) return false;
  }
  return true;
}

function levelAt(column: number): number {
  return column % 2 === 0 ? 127 : -127;
}
