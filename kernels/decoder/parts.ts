/**
 * A decoder's graph in parts that run one after the other: a run of onnxruntime cannot be interrupted, so on the CPU
 * the gaps between short runs are where newer requests come first.
 */
import type { DecoderConfig } from './config.ts';
import { type DecoderLowering, hasBlocks } from './weights.ts';

/** Consecutive layers; the first part also embeds the tokens, the last one ends in logits. */
export interface DecoderPart {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  readonly embeds: boolean;
  readonly hasHead: boolean;
}

/** Numbers of a part's matrices: two layers of a model of half a billion parameters. */
const mostNumbers = 32e6;

export function wholeDecoder({ layers }: DecoderConfig): DecoderPart {
  return { first: 0, end: layers, embeds: true, hasHead: true };
}

/**
 * In order; the head is a part of its own. One part for block weights, which are for GPUs: fast enough, and between
 * parts numbers would move between memories.
 */
export function partsOf(config: DecoderConfig, lowering: DecoderLowering): readonly DecoderPart[] {
  if (hasBlocks(lowering)) return [wholeDecoder(config)];
  const { layers } = config;
  const step = Math.max(1, Math.floor(mostNumbers / numbersOfLayer(config)));
  const parts: DecoderPart[] = [];
  for (let first = 0; first < layers; first += step)
    parts.push({ first, end: Math.min(layers, first + step), embeds: first === 0, hasHead: false });
  return [...parts, { first: layers, end: layers, embeds: layers === 0, hasHead: true }];
}

function numbersOfLayer({ width, heads, keyHeads, headWidth, mlp }: DecoderConfig): number {
  return width * (2 * heads + 2 * keyHeads) * headWidth + 3 * width * mlp;
}
