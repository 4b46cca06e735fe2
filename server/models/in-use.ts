/** The code model that this user has selected. */
import path from 'node:path';
import { ModelLibrary } from './library.ts';

/** The library in the user's cache. @param cacheFolder absolute */
export function libraryIn(cacheFolder: string): ModelLibrary {
  return new ModelLibrary(path.join(cacheFolder, 'models'));
}

/** The selected model's file, and the folder of its converted form; undefined if none is selected. */
export async function coderInUse(
  library: ModelLibrary,
): Promise<{ readonly file: string; readonly folder: string } | undefined> {
  const model = await library.current();
  if (model === undefined) return undefined;
  return { file: model.path, folder: library.convertedFolder(await library.hashOf(model)) };
}
