/** `longsight cache`: size, verification and pruning. */

import { type ProbeCache, probeCacheIn } from '../engine/probe-cache.ts';
import { bytes, count } from '../protocol/counted.ts';
import { messageOf } from '../protocol/message-of.ts';
import { settings } from '../protocol/settings.ts';
import { CacheStore, cacheFolder } from '../storage/cache-store.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { note, print, printJson } from './output.ts';

const actions = {
  size: async (store: CacheStore) => ({ ...(await store.size()), leaves: store.leaves().records }),
  verify: async (store: CacheStore) => {
    const { intact, damaged, reclaimedBytes } = await store.verify();
    const leaves = store.leaves().verify();
    return {
      intact,
      damaged: damaged + leaves.damaged,
      reclaimedBytes,
      leaves: leaves.intact,
    };
  },
  prune: async (store: CacheStore) => {
    const removed = (await store.prune()) + store.leaves().prune();
    return { removedBytes: removed, ...(await store.size()) };
  },
};

export const cache: Command = async line => {
  const action = line.operands[0]!;
  if (!isAction(action))
    throw new UsageError(
      `"longsight cache" requires one of ${Object.keys(actions).join(', ')}, not "${action}".`,
    );
  const named = line.cache?.folder;
  if (named !== undefined && !(await CacheStore.isIn(cacheFolder(named))))
    throw new UsageError(`${cacheFolder(named)} is not a cache folder of Longsight.`);
  const store = await requireStore(line);
  if (store === undefined) throw new UsageError('"longsight cache" cannot be used with --no-cache.');
  const result = await actions[action](store).catch((error: unknown) => {
    throw new UsageError(messageOf(error));
  });
  if (line.json) {
    printJson({ folder: store.folder, ...result });
    return;
  }
  print(store.folder);
  for (const [name, value] of Object.entries(result)) {
    print(`  ${words(name).padEnd(16)}${/bytes/i.test(name) ? bytes(value) : count(value)}`);
  }
};

/** The store named on the command line; undefined with `--no-cache`, or if it cannot be used, which is reported. */
export async function openStore(line: CommandLine): Promise<CacheStore | undefined> {
  try {
    return await requireStore(line);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`${error.message} Nothing will be cached.`);
    return undefined;
  }
}

/** @throws UsageError when the store cannot be used */
async function requireStore({ cache: place }: CommandLine): Promise<CacheStore | undefined> {
  if (place === undefined) return undefined;
  try {
    return await CacheStore.open(place.folder ?? '', megabytes * 1e6);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** None with `--no-cache`. */
export function probesOf({ cache: place }: CommandLine): { readonly probes?: ProbeCache } {
  return place === undefined ? {} : { probes: probeCacheIn(place.folder ?? '') };
}

const megabytes = settings.find(setting => setting.name === 'cache.maxSize')?.default as number;

function isAction(name: string): name is keyof typeof actions {
  return Object.hasOwn(actions, name);
}

/** `removedBytes` as `removed bytes`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}
