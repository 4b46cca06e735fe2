import { compression } from './compression.ts';
import { convolution } from './convolution.ts';
import { flash } from './flash.ts';
import { hybrid } from './hybrid.ts';
import { lengths } from './lengths.ts';
import { passkey, sort } from './memories.ts';
import type { Reproduction } from './reproduction.ts';
import { induction, longRange, recall } from './training.ts';

export const reproductions: readonly Reproduction[] = [
  recall,
  induction,
  longRange,
  passkey,
  sort,
  lengths,
  flash,
  convolution,
  compression,
  hybrid,
];
