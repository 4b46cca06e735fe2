/** What the server has read. */
import type { Status } from '../protocol/requests.ts';

export type ReadingFigures = Omit<Status, 'device' | 'deviceReason' | 'modelId' | 'engine'>;

export class Reading {
  readonly #listeners: (() => void)[] = [];

  get figures(): ReadingFigures {
    return {
      state: 'idle',
      files: 0,
      filesTotal: 0,
      tokens: 0,
      bytes: 0,
      skipped: 0,
      stale: 0,
      seconds: 0,
      memoryBytes: 0,
    };
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
