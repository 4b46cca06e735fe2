import { compression } from './compression.ts';
import { convolution } from './convolution.ts';
import { flash } from './flash.ts';
import { hybrid } from './hybrid.ts';
import { lengths } from './lengths.ts';
import type { Reproduction } from './reproduction.ts';
import { induction, longRange, recall } from './training.ts';

export const reproductions: readonly Reproduction[] = [
  recall,
  induction,
  longRange,
  lengths,
  flash,
  convolution,
  compression,
  hybrid,
];
