/** The code model that this user has put in use. */
import path from 'node:path';
import { ModelLibrary } from './library.ts';

/** The library in the user's cache. @param cacheFolder absolute */
export function libraryIn(cacheFolder: string): ModelLibrary {
  return new ModelLibrary(path.join(cacheFolder, 'models'));
}

/** Where the file of the model in use is, and where its converted form is kept; nothing where none is in use. */
export async function coderInUse(
  library: ModelLibrary,
): Promise<{ readonly file: string; readonly folder: string } | undefined> {
  const model = await library.current();
  if (model === undefined) return undefined;
  return { file: model.path, folder: library.convertedFolder(await library.hashOf(model)) };
}
