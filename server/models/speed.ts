/** A model's speed on this machine: measured when first opened, stored beside its converted form. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Tokens per second. */
export interface ModelSpeed {
  readonly read: number;
  readonly written: number;
}

/** Undefined if not measured yet. @param folder of the converted model */
export async function knownSpeed(folder: string): Promise<ModelSpeed | undefined> {
  try {
    const { read, written } = JSON.parse(await readFile(speedFile(folder), 'utf8')) as Partial<ModelSpeed>;
    return typeof read === 'number' && typeof written === 'number' ? { read, written } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws file system errors */
export async function keepSpeed(folder: string, speed: ModelSpeed): Promise<void> {
  await writeFile(speedFile(folder), `${JSON.stringify(speed)}\n`);
}

function speedFile(folder: string): string {
  return path.join(folder, 'speed.json');
}
