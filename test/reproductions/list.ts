import { convolution } from './convolution.ts';
import { flash } from './flash.ts';
import type { Reproduction } from './reproduction.ts';
import { induction, recall } from './training.ts';

export const reproductions: readonly Reproduction[] = [recall, induction, flash, convolution];
