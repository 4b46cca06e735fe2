import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { sizeOf } from '../tensor.ts';
import {
  bytesPerElement,
  type DataType,
  dataTypeOf,
  type ElementArray,
  elementsOf,
  onnxDataType,
} from './data-type.ts';
import { type Dimension, formatDimension, formatShape, type Shape, symbol } from './dimension.ts';

/** A tensor in a graph: an input, an initialiser or the output of a node. */
export interface Value {
  readonly graph: GraphBuilder;
  readonly name: string;
  readonly type: DataType;
  readonly shape: Shape;
}

/**
 * A model for onnxruntime: the graph, and the buffers of its weights. `externalData` goes into the session's options
 * unchanged; its buffers are the weights' own, not copies. onnxruntime makes its own packed copy while it opens the
 * session; after that the buffers may be freed.
 */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Location of a weight in a file beside the model. */
export interface StoredWeight {
  /** Relative to the model's folder. */
  readonly path: string;
  /** Offset in bytes: a multiple of 4,096, so that onnxruntime can map the file. */
  readonly offset: number;
  readonly type: DataType;
  readonly shape: readonly number[];
}

/** A node attribute; a number becomes an integer, `{ float }` a float. */
export type Attribute = number | string | { readonly float: number } | readonly number[];

export interface NodeDescription {
  readonly type: string;
  /** '' for ONNX's own operators, or 'com.microsoft' for onnxruntime's. */
  readonly domain?: '' | 'com.microsoft';
  /** `undefined` omits an optional input. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** `unused` omits an optional output. */
  readonly outputs: readonly {
    readonly type: DataType;
    readonly shape: Shape;
    readonly unused?: boolean;
  }[];
}

/** ONNX opset 21 and its IR: the newest for which both our providers run every operator we emit. */
const operatorSet = 21n;
const irVersion = 10n;

/**
 * Builds one ONNX graph, node by node, in the order of computation. Operators are functions over values
 * (`elementwise.ts`, `matmul.ts`, `layout.ts` …), which infer the shape of the result and throw when the operands do
 * not fit; this class only collects nodes and serializes them.
 */
export class GraphBuilder {
  #nodes: NodeProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #weights = new Map<ElementArray, Value>();
  readonly #buffers = new Map<ArrayBufferLike, string>();
  readonly #names = new Set<string>();
  readonly #inside: boolean;
  #count = 0;

  /** @param options.inside stores array weights in the model itself: for models written to a file */
  constructor({ inside = false } = {}) {
    this.#inside = inside;
  }

  /** Declares an input. A string among the lengths is a symbol, such as `'T'`, the chunk length. */
  input(name: string, type: DataType, shape: readonly (Dimension | string)[]): Value {
    this.#claim(name);
    const lengths = shape.map(length => (typeof length === 'string' ? symbol(length) : length));
    const value = { graph: this, name, type, shape: lengths };
    this.#inputs.push(valueInfo(value));
    return value;
  }

  /** Names a value and makes it an output. */
  output(name: string, value: Value): void {
    this.#claim(name);
    this.#nodes.push(
      create(NodeProtoSchema, { opType: 'Identity', name, input: [value.name], output: [name] }),
    );
    this.#outputs.push(valueInfo({ ...value, name }));
  }

  /** A small constant, stored once if repeated; a vector unless a shape is given. */
  constant(type: DataType, values: readonly number[], shape: readonly number[] = [values.length]): Value {
    const key = `${type} [${shape.join()}] ${values.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const value = this.#initializer(type, elementsOf(type, values), shape);
    this.#constants.set(key, value);
    return value;
  }

  scalar(type: DataType, value: number): Value {
    return this.constant(type, [value], []);
  }

  /**
   * A weight, which stays in place: the model refers to its buffer by offset. Passing the same array twice makes one
   * initialiser, so tied weights are not duplicated. Weights that are views of one buffer share it.
   */
  weight(data: ElementArray, shape: readonly number[]): Value {
    const known = this.#weights.get(data);
    if (known !== undefined && formatShape(known.shape) === formatShape(shape)) return known;
    const type = dataTypeOf(data);
    // For a few bytes, external data costs more than it saves.
    const value = this.#initializer(type, data, shape, !this.#inside && data.byteLength >= 1024);
    this.#weights.set(data, value);
    return value;
  }

  /** A weight in a file: the model, written beside it, refers to it. */
  stored({ path, offset, type, shape }: StoredWeight): Value {
    const name = this.#fresh('constant');
    const length = sizeOf(shape) * bytesPerElement[type];
    this.#initializers.push(externalTensor({ name, type, shape }, path, offset, length));
    return { graph: this, name, type, shape };
  }

  /** Adds a node; the caller states the types and shapes of its outputs. */
  node({ type, domain = '', inputs, attributes = {}, outputs }: NodeDescription): readonly Value[] {
    for (const input of inputs) {
      if (input !== undefined && input.graph !== this) {
        throw new Error(`${type}: ${input.name} belongs to another graph`);
      }
    }
    const values = outputs.map(({ unused = false, ...output }) => ({
      graph: this,
      name: unused ? '' : this.#fresh(type),
      ...output,
    }));
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType: type,
        domain,
        name: `node ${this.#nodes.length} ${type}`,
        input: inputs.map(input => input?.name ?? ''),
        output: values.map(({ name }) => name),
        attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
      }),
    );
    return values;
  }

  /**
   * Runs the nodes of one branch only. A branch may use any value made before it; both give outputs of the same types.
   * @param condition bool [1]
   * @param outputs types and shapes, as for `node`
   */
  choose(
    condition: Value,
    outputs: NodeDescription['outputs'],
    whereTrue: () => readonly Value[],
    whereFalse: () => readonly Value[],
  ): readonly Value[] {
    const values = this.node({ type: 'If', inputs: [condition], outputs });
    const node = this.#nodes.pop()!;
    node.attribute = [this.#branch('then_branch', whereTrue), this.#branch('else_branch', whereFalse)];
    this.#nodes.push(node);
    return values;
  }

  #branch(name: string, make: () => readonly Value[]): AttributeProto {
    const around = this.#nodes;
    this.#nodes = [];
    const output = make().map(value => valueInfo(value));
    const g = create(GraphProtoSchema, { name, node: this.#nodes, output });
    this.#nodes = around;
    return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g });
  }

  build(): OnnxModel {
    const graph = create(GraphProtoSchema, {
      name: 'longsight',
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    });
    const model = create(ModelProtoSchema, {
      irVersion,
      producerName: 'longsight',
      graph,
      opsetImport: [
        create(OperatorSetIdProtoSchema, { domain: '', version: operatorSet }),
        create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
      ],
    });
    const externalData = [...this.#buffers].map(([buffer, path]) => ({ path, data: new Uint8Array(buffer) }));
    return { bytes: toBinary(ModelProtoSchema, model), externalData };
  }

  #initializer(type: DataType, data: ElementArray, shape: readonly number[], external = false): Value {
    if (sizeOf(shape) !== data.length) {
      throw new RangeError(`initializer: [${shape.join(', ')}] does not hold ${data.length} elements`);
    }
    const name = this.#fresh('constant');
    const described = { name, type, shape };
    if (external) {
      const path = this.#pathOf(data.buffer);
      this.#initializers.push(externalTensor(described, path, data.byteOffset, data.byteLength));
    } else {
      const proto = tensorProto(described);
      proto.rawData = new Uint8Array(data.byteLength);
      proto.rawData.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      this.#initializers.push(proto);
    }
    return { graph: this, name, type, shape };
  }

  #pathOf(buffer: ArrayBufferLike): string {
    const path = this.#buffers.get(buffer) ?? `weights-${this.#buffers.size}`;
    this.#buffers.set(buffer, path);
    return path;
  }

  #fresh(stem: string): string {
    this.#count += 1;
    const name = `${stem}_${this.#count}`;
    this.#names.add(name);
    return name;
  }

  #claim(name: string): void {
    if (this.#names.has(name)) throw new Error(`the graph has two values named ${name}`);
    this.#names.add(name);
  }
}

type Described = Pick<StoredWeight, 'type' | 'shape'> & { readonly name: string };

function tensorProto({ name, type, shape }: Described): TensorProto {
  return create(TensorProtoSchema, { name, dataType: onnxDataType[type], dims: shape.map(BigInt) });
}

function externalTensor(described: Described, path: string, offset: number, length: number): TensorProto {
  const proto = tensorProto(described);
  proto.dataLocation = DataLocation.EXTERNAL;
  proto.externalData = Object.entries({
    location: path,
    offset: String(offset),
    length: String(length),
  }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
  return proto;
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: Uint8Array.from(value, character => character.charCodeAt(0)),
    });
  }
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function valueInfo({ name, type, shape }: Pick<Value, 'name' | 'type' | 'shape'>): ValueInfoProto {
  const dim = shape.map(length =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof length === 'number'
          ? { case: 'dimValue', value: BigInt(length) }
          : { case: 'dimParam', value: formatDimension(length) },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: onnxDataType[type],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  });
}
