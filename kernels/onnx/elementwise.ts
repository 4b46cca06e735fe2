/** Element-wise operators with ONNX's broadcasting: axes align at the end, and 1 stretches. */
import { type DataType, onnxDataType } from './data-type.ts';
import { type Dimension, formatShape, type Shape, sameDimension } from './dimension.ts';
import type { Attribute, Value } from './graph-builder.ts';

/** A value, or a number that takes the other operand's element type. */
export type Operand = Value | number;

export const add = arithmetic('Add');
export const sub = arithmetic('Sub');
export const mul = arithmetic('Mul');
export const div = arithmetic('Div');
export const minimum = arithmetic('Min');
export const maximum = arithmetic('Max');
/** Remainder with the sign of the divisor, for integers. */
export const mod = arithmetic('Mod');

export const less = comparison('Less');
export const lessOrEqual = comparison('LessOrEqual');
export const greater = comparison('Greater');
export const greaterOrEqual = comparison('GreaterOrEqual');
export const and = comparison('And');

export const neg = unary('Neg');
export const abs = unary('Abs');
export const exp = unary('Exp');
export const log = unary('Log');
export const sqrt = unary('Sqrt');
export const tanh = unary('Tanh');
export const sigmoid = unary('Sigmoid');
export const relu = unary('Relu');
/** log(1 + eˣ). Slow in onnxruntime: about twenty times a Sigmoid. */
export const softplus = unary('Softplus');
/** ELU with α = 1: x where positive, eˣ − 1 elsewhere. */
export const elu = unary('Elu');

/** x·σ(x), as one node: onnxruntime's QuickGelu with α = 1. */
export function silu(x: Value): Value {
  return one(x, { type: 'QuickGelu', domain: 'com.microsoft', attributes: { alpha: { float: 1 } } });
}

export function cast(x: Value, type: DataType): Value {
  if (x.type === type) return x;
  const [result] = x.graph.node({
    type: 'Cast',
    inputs: [x],
    attributes: { to: onnxDataType[type] },
    outputs: [{ type, shape: x.shape }],
  });
  return result!;
}

/** `condition ? x : y`, element by element. */
export function where(condition: Value, x: Operand, y: Operand): Value {
  const [left, right] = operands(x, y);
  if (condition.type !== 'bool') throw new TypeError(`Where: the condition is ${condition.type}, not bool`);
  const shape = broadcast('Where', broadcast('Where', condition.shape, left.shape), right.shape);
  const [result] = left.graph.node({
    type: 'Where',
    inputs: [condition, left, right],
    outputs: [{ type: left.type, shape }],
  });
  return result!;
}

/** The shape that two shapes broadcast to. Throws an error naming the operator and both shapes if they do not. */
export function broadcast(operator: string, left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  const at = (shape: Shape, axis: number): Dimension => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const a = at(left, axis);
    const b = at(right, axis);
    if (a === 1) return b;
    if (b === 1 || sameDimension(a, b)) return a;
    throw new RangeError(`${operator}: ${formatShape(left)} and ${formatShape(right)} do not broadcast`);
  });
}

type Binary = {
  (x: Value, y: Operand): Value;
  (x: Operand, y: Value): Value;
};

function arithmetic(type: string): Binary {
  return (x: Operand, y: Operand) => binary(type, x, y);
}

function comparison(type: string): Binary {
  return (x: Operand, y: Operand) => binary(type, x, y, 'bool');
}

function binary(type: string, x: Operand, y: Operand, resultType?: DataType): Value {
  const [left, right] = operands(x, y);
  if (left.type !== right.type) throw new TypeError(`${type}: ${left.type} beside ${right.type}`);
  const [result] = left.graph.node({
    type,
    inputs: [left, right],
    outputs: [{ type: resultType ?? left.type, shape: broadcast(type, left.shape, right.shape) }],
  });
  return result!;
}

function unary(type: string): (x: Value) => Value {
  return x => one(x, { type });
}

function one(
  x: Value,
  node: { type: string; domain?: 'com.microsoft'; attributes?: Readonly<Record<string, Attribute>> },
): Value {
  return x.graph.node({ ...node, inputs: [x], outputs: [{ type: x.type, shape: x.shape }] })[0]!;
}

function operands(x: Operand, y: Operand): [Value, Value] {
  if (typeof x !== 'number') return [x, typeof y === 'number' ? x.graph.scalar(x.type, y) : y];
  if (typeof y === 'number') throw new TypeError('two numbers need no graph');
  return [y.graph.scalar(y.type, x), y];
}
