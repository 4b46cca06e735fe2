/** Models that are in the user's cache: `npm run test:models` puts them there. What needs one that is not there is skipped, and loudly. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { modelNamed } from '../../server/models/library.ts';
import { defaultCacheFolder } from '../../server/storage/cache-store.ts';

export const modelsFolder = path.join(defaultCacheFolder(), 'models');

/** @returns the file of a model of the catalogue, or why what needs it is skipped */
export function weightsFor(name: string): { readonly file: string } | { readonly skip: string } {
  const file = path.join(modelsFolder, modelNamed(name).fileName);
  if (existsSync(file)) return { file };
  const line = '='.repeat(80);
  const why = `${name} is not in the cache; npm run test:models fetches it`;
  console.error(`${line}\nTESTS ARE SKIPPED: ${why}.\n${line}`);
  return { skip: why };
}
