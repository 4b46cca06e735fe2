/** Kills prefill processes, their engines, or both, at random moments, and checks what is left. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelReference } from '../../../server/engine/messages.ts';
import { RecordLog } from '../../../server/storage/record-log.ts';
import { randomFrom } from '../repositories.ts';
import type { Job, Said } from './reader.ts';

export interface Survival {
  /** By what was killed. */
  readonly kills: Readonly<Record<Victim, number>>;
  /** Records found over all checks, and damaged ones. */
  readonly records: number;
  readonly damaged: number;
  /** Leaves reported as stored but missing. */
  readonly lost: number;
  /** Completed runs, and those whose memory differs from an undisturbed one. */
  readonly whole: number;
  readonly different: number;
}

export const victims = ['engine', 'server', 'both'] as const;
export type Victim = (typeof victims)[number];

/** Enough files to take a moment. */
const files = 60;
/** Contents alternate, so that killed runs are resumed. */
const contents = 2;
/** Rounds after which everything may be stored, and a new folder is used. */
const roundsAFolder = 6;
/** Maximum milliseconds before the kill, once the engine runs. */
const longest = 700;

export async function survive(
  model: ModelReference,
  kills: number,
  seed: number,
  onLook: (so: Survival) => void = () => {},
): Promise<Survival> {
  const root = mkdtempSync(path.join(tmpdir(), 'longsight-kills-'));
  const random = randomFrom(seed);
  const count: Record<Victim, number> = { engine: 0, server: 0, both: 0 };
  const result = { records: 0, damaged: 0, lost: 0, whole: 0, different: 0 };
  try {
    const calm: (string | undefined)[] = [];
    for (let content = 0; content < contents; content++) {
      const folder = path.join(root, `calm-${content}`);
      calm.push((await readOnce({ model, folder, files, seed: content })).memory);
    }
    for (let [round, done] = [0, 0]; done < kills; round++) {
      const folder = path.join(root, `${Math.floor(round / roundsAFolder)}`);
      const content = round % contents;
      const victim = victims[Math.floor(random() * victims.length)]!;
      const kill = { victim, after: Math.floor(random() * longest) };
      const { killed, memory, keys } = await readOnce({ model, folder, files, seed: content }, kill);
      if (killed) {
        count[victim]++;
        done++;
      }
      const store = new RecordLog(folder, Number.POSITIVE_INFINITY);
      result.records += store.records;
      result.damaged += store.verify().damaged;
      result.lost += keys.filter(key => !store.has(key)).length;
      store.close();
      if (memory !== undefined) {
        result.whole++;
        if (memory !== calm[content]) result.different++;
      }
      onLook({ kills: count, ...result });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { kills: count, ...result };
}

interface ReadReport {
  readonly killed: boolean;
  /** Of stored leaves. */
  readonly keys: readonly string[];
  /** The hash of the complete memory, if it got there. */
  readonly memory?: string;
}

/** One process, and its fate. */
function readOnce(job: Job, kill?: { readonly victim: Victim; readonly after: number }): Promise<ReadReport> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, 'reader.ts'));
    const keys: string[] = [];
    let [engine, killed, planned] = [0, false, false];
    let memory: string | undefined;
    child.on('message', message => {
      const said = message as Said;
      if (said.type === 'kept') keys.push(...said.keys);
      if (said.type === 'done') ({ memory } = said);
      if (said.type === 'failed') reject(new Error(said.problem));
      if (said.type !== 'engine') return;
      engine = said.pid;
      if (kill === undefined || planned) return;
      planned = true;
      setTimeout(() => {
        if (memory !== undefined || child.exitCode !== null) return;
        killed = true;
        if (kill.victim !== 'engine') child.kill('SIGKILL');
        if (kill.victim !== 'server') end(engine);
      }, kill.after);
    });
    child.once('exit', () => resolve({ killed, keys, ...(memory !== undefined && { memory }) }));
    child.send(job);
  });
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
