/** Two windows that convert the same model: the second waits for the first. */
import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between looks at another process's lock. */
const look = 250;
/** Milliseconds without a sign of life after which a lock is abandoned, even if another process has its number now. */
const patience = 5 * 60_000;

/**
 * Holds a lock file during `work`, after waiting for another process to release it. Locks of dead processes are taken over.
 * @param between awaited while waiting; throwing ends it
 * @param work gets a function that shows life; to be called every minute or so
 * @throws what `between` and `work` throw, and errors of the file system
 */
export async function holding<Result>(
  file: string,
  between: () => Promise<void>,
  work: (showLife: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  while (!(await take(file))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await setTimeout(look);
    await between();
  }
  try {
    return await work(async () => {
      const now = new Date();
      await utimes(file, now, now);
    });
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const lock = await open(file, 'wx');
    try {
      await lock.writeFile(String(process.pid));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await lock.close();
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    const age = Date.now() - mtimeMs;
    const id = Number(await readFile(file, 'utf8'));
    // A lock that was just made has no number yet.
    if (!Number.isInteger(id) || id <= 0) return age > 2 * look;
    return age > patience || id === process.pid || !isAlive(id);
  } catch {
    // It has been released.
    return false;
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // A process of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
