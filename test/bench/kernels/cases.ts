/** The table of measured operators: each at d = 256, in chunks of 256, as in the small model. */
import { attentionCases } from './attention-cases.ts';
import type { Case } from './case.ts';
import { recurrenceCases } from './recurrence-cases.ts';
import { smallCases } from './small-cases.ts';

export const cases: readonly Case[] = [...recurrenceCases, ...attentionCases, ...smallCases];
