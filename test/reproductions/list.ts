import type { Reproduction } from './reproduction.ts';
import { induction, recall } from './training.ts';

export const reproductions: readonly Reproduction[] = [recall, induction];
