import { kerbside } from './kerbside.ts';
import { larder } from './larder.ts';
import type { Trial } from './place.ts';
import { weir } from './weir.ts';

/** Sixty places in three repositories. */
export const trials: readonly Trial[] = [kerbside, larder, weir];
