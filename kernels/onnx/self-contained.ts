import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { TensorProto_DataLocation as DataLocation, ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import type { Tensor } from '../tensor.ts';
import { onnxDataType } from './data-type.ts';
import type { OnnxModel } from './graph-builder.ts';

/**
 * A model as one file that any ONNX runtime opens: weights inside, and float32 defaults for optional inputs (an
 * initialiser of the same name is an input's default since IR 4).
 * @throws RangeError for a weight without a buffer, or a default without an input
 */
export function selfContained(
  { bytes, externalData }: OnnxModel,
  defaults: ReadonlyMap<string, Tensor>,
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const buffers = new Map(externalData.map(({ path, data }) => [path, data]));
  for (const initializer of graph.initializer) {
    if (initializer.dataLocation !== DataLocation.EXTERNAL) continue;
    const {
      location = '',
      offset = '0',
      length = '0',
    } = Object.fromEntries(initializer.externalData.map(({ key, value }) => [key, value]));
    const buffer = buffers.get(location);
    if (buffer === undefined)
      throw new RangeError(`${initializer.name} lies in ${location}, which is not there`);
    initializer.rawData = buffer.slice(Number(offset), Number(offset) + Number(length));
    initializer.externalData = [];
    initializer.dataLocation = DataLocation.DEFAULT;
  }
  for (const [name, { shape, data }] of defaults) {
    if (!graph.input.some(input => input.name === name)) throw new RangeError(`There is no input ${name}`);
    graph.initializer.push(
      create(TensorProtoSchema, {
        name,
        dataType: onnxDataType.float32,
        dims: shape.map(BigInt),
        rawData: new Uint8Array(Float32Array.from(data).buffer),
      }),
    );
  }
  return toBinary(ModelProtoSchema, model);
}
