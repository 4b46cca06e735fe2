/** Command line output: results on standard output, progress and everything else on standard error. */

import { cleanJson, cleanText } from '../protocol/clean-text.ts';
import { bytes, count, duration } from '../protocol/counted.ts';

/** Progress of indexing. */
export interface Progress {
  readonly filesRead: number;
  readonly filesTotal: number;
  readonly tokens: number;
  readonly skipped: number;
  /** The time left, if known better than from the share of files. */
  readonly left?: string | undefined;
}

const barWidth = 24;

/** A progress bar on one terminal line; a line every few seconds if standard error is not a terminal. */
export class ProgressBar {
  private readonly started = performance.now();
  private shown: number | undefined;

  show(progress: Progress): void {
    const now = performance.now();
    const terminal = process.stderr.isTTY === true;
    // A short reading writes nothing into a log.
    const last = this.shown ?? (terminal ? Number.NEGATIVE_INFINITY : this.started);
    if (now - last < (terminal ? 80 : 3000)) return;
    this.shown = now;
    const line = progressLine(progress, (now - this.started) / 1000);
    process.stderr.write(terminal ? `\r\u001b[K${clip(line, process.stderr.columns)}` : `${line}\n`);
  }

  /** Removes the bar from the terminal. */
  end(): void {
    if (process.stderr.isTTY === true && this.shown !== undefined) process.stderr.write('\r\u001b[K');
  }
}

/** `12 of 200 lines` on one terminal line; nothing if standard error is not a terminal. */
export class CountLine {
  readonly #things: string;

  constructor(things: string) {
    this.#things = things;
  }

  show(done: number, total: number): void {
    if (process.stderr.isTTY)
      process.stderr.write(`\r\u001b[K${count(done)} of ${count(total)} ${this.#things}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

/** `42 % of 491 MB` on one terminal line; a line every tenth if standard error is not a terminal. */
export class ByteLine {
  readonly #things: string;
  #shown = -1;

  constructor(things: string) {
    this.#things = things;
  }

  show(done: number, total: number): void {
    const terminal = process.stderr.isTTY === true;
    const percent = Math.floor((done / Math.max(1, total)) * 100);
    if (terminal ? percent === this.#shown : Math.floor(percent / 10) === Math.floor(this.#shown / 10))
      return;
    this.#shown = percent;
    const line = `${this.#things}: ${percent} % of ${bytes(total)}`;
    process.stderr.write(terminal ? `\r\u001b[K${clip(line, process.stderr.columns)}` : `${line}\n`);
  }

  end(): void {
    if (process.stderr.isTTY === true && this.#shown >= 0) process.stderr.write('\r\u001b[K');
  }
}

export function progressLine(progress: Progress, seconds: number): string {
  const share = progress.filesTotal === 0 ? 0 : Math.min(1, progress.filesRead / progress.filesTotal);
  const full = Math.round(share * barWidth);
  const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
  const estimate = share > 0.02 && share < 1 ? duration((seconds / share) * (1 - share)) : undefined;
  const time = progress.left ?? estimate;
  const left = time === undefined ? '' : `, ${time} left`;
  return `${bar} ${Math.floor(share * 100)} %  ${count(progress.tokens)} tokens, ${count(progress.filesRead)} of ${count(progress.filesTotal)} files, ${count(progress.skipped)} skipped, ${count(progress.tokens / Math.max(seconds, 1e-3))} tokens/s${left}`;
}

/** Columns of the terminal that standard output is; unlimited for a pipe or a file. A pseudoterminal may say 0. */
export function terminalColumns(): number {
  return process.stdout.columns || Number.POSITIVE_INFINITY;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${cleanJson(value)}\n`);
}

/** Prints text, escaping anything unsafe from a repository. */
export function print(text: string): void {
  process.stdout.write(`${cleanText(text)}\n`);
}

/** Prints styled text that is otherwise safe. */
export function printStyled(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${cleanText(text)}\n`);
}

function clip(line: string, columns: number | undefined): string {
  return columns && line.length >= columns ? line.slice(0, columns - 1) : line;
}
