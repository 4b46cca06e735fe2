/** The table of operators that are measured: each at d = 256, in chunks of 256, as the small model runs them. */
import { attentionCases } from './attention-cases.ts';
import type { Case } from './case.ts';
import { recurrenceCases } from './recurrence-cases.ts';
import { smallCases } from './small-cases.ts';

export const cases: readonly Case[] = [...recurrenceCases, ...attentionCases, ...smallCases];
