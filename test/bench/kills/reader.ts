/** A process that prefills like a server and reports what it has stored: killed by `survive.ts`. */
import { createHash } from 'node:crypto';
import { engineEntry } from '../../../server/engine/entry.ts';
import type { ModelReference } from '../../../server/engine/messages.ts';
import { createEngine } from '../../../server/engine/process.ts';
import { PrefillScheduler } from '../../../server/model-memory/prefill-scheduler.ts';
import { RecordLog } from '../../../server/storage/record-log.ts';

export interface Job {
  readonly model: ModelReference;
  readonly folder: string;
  readonly files: number;
  /** Of their contents. */
  readonly seed: number;
}

export type Said =
  | { readonly type: 'engine'; readonly pid: number }
  /** Keys of stored leaves. */
  | { readonly type: 'kept'; readonly keys: readonly string[] }
  /** Everything is prefilled: a hash of the resulting memory. */
  | { readonly type: 'done'; readonly memory: string }
  | { readonly type: 'failed'; readonly problem: string };

function contentOf(file: number, seed: number): Uint16Array {
  const length = 20 + ((file * 97 + seed * 13) % 500);
  return Uint16Array.from({ length }, (_, i) => (i * i + file * 31 + seed * 7) % 64);
}

if (process.send !== undefined && import.meta.main) process.once('message', job => void read(job as Job));

async function read({ model, folder, files, seed }: Job): Promise<void> {
  const say = (said: Said): void => void process.send?.(said);
  const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
  engine.onStatusChanged(({ pid }) => pid !== undefined && say({ type: 'engine', pid }));
  const told = new Set<string>();
  const reader: PrefillScheduler = new PrefillScheduler({
    engine,
    model,
    store: new RecordLog(folder, 1e9),
    tokensOf: path => contentOf(Number(path), seed),
    onProgress: () => {
      const paths = names.filter(path => !told.has(path) && reader.memory?.has(path));
      for (const path of paths) told.add(path);
      if (paths.length > 0) say({ type: 'kept', keys: paths.map(path => reader.memory!.keyAt(path)!) });
    },
  });
  const names = Array.from({ length: files }, (_, file) => String(file));
  for (const path of names) reader.changed(path);
  try {
    await reader.settled();
    const { linear, delta, continuous } = reader.memory!.folder();
    const hash = createHash('sha256');
    for (const { data } of [linear, delta, continuous])
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    say({ type: 'done', memory: hash.digest('hex') });
  } catch (error) {
    say({ type: 'failed', problem: String(error) });
  }
  await engine.stop();
  process.disconnect();
}
