/** Caches failed probes for a day: a software graphics driver takes the whole time limit to fail. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../storage/cache-store.ts';
import type { Device } from './device.ts';
import type { ProbeResult } from './messages.ts';

interface Kept extends ProbeResult {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Identifies the machine: another system or driver may do better. */
  readonly system: string;
}

const lasts = 24 * 60 * 60 * 1000;
const system = `${process.platform}-${process.arch} ${release()}`;

export class ProbeCache {
  readonly #file: string;

  /** @param file created on demand; an unreadable one counts as empty */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * A device that failed recently, and why. A device that passed is probed each time, because it is about to be
   * trusted.
   */
  refusal(device: Device, now = Date.now()): ProbeResult | undefined {
    const kept = this.#read()[device];
    if (kept === undefined || kept.system !== system || kept.at > now || kept.at + lasts < now)
      return undefined;
    return { usable: kept.usable, speed: kept.speed, detail: kept.detail };
  }

  /** Stores a result; never fails. */
  keep(device: Device, result: ProbeResult, now = Date.now()): void {
    const { [device]: _, ...others } = this.#read();
    const refused = !result.usable || result.speed < 1;
    const all = refused ? { ...others, [device]: { ...result, at: now, system } } : others;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      const temporary = `${this.#file}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify(all));
      renameSync(temporary, this.#file);
    } catch {
      // It is probed again next time.
    }
  }

  #read(): Partial<Record<Device, Kept>> {
    try {
      const parsed: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return typeof parsed === 'object' && parsed !== null ? (parsed as Partial<Record<Device, Kept>>) : {};
    } catch {
      return {};
    }
  }
}

/** The probe results in the cache. @param folder from the settings; the user's cache folder if empty */
export function probeCacheIn(folder: string): ProbeCache {
  return new ProbeCache(path.join(cacheFolder(folder), 'devices.json'));
}
