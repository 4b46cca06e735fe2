/** Generated sentences about folders, requested one after the other while the setting is on. */
import * as vscode from 'vscode';
import { foldersToAsk } from '../../server/protocol/evidence.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { Statement, Summary } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { readSetting } from '../client/settings.ts';

/** Each takes seconds. */
const mostFolders = 12;

export class GeneratedSentences implements vscode.Disposable {
  readonly #context: Context;
  readonly #changed: () => void;
  #known = new Map<string, Statement>();
  #asking: vscode.CancellationTokenSource | undefined;

  /** @param changed called after each sentence */
  constructor(context: Context, changed: () => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** By folder. */
  get known(): ReadonlyMap<string, Statement> {
    return this.#known;
  }

  dispose(): void {
    this.#asking?.cancel();
  }

  /** Requests sentences for a summary, replacing those of an earlier one; removes all if the setting is off. */
  show(summary: Summary | undefined): void {
    this.#asking?.cancel();
    this.#asking = undefined;
    const isWanted = readSetting('summary.generated') && summary !== undefined && !summary.earlier;
    const folders = isWanted ? foldersToAsk(summary.parts, mostFolders) : [];
    const before = this.#known.size;
    this.#known = new Map([...this.#known].filter(([folder]) => folders.includes(folder)));
    if (this.#known.size !== before) this.#changed();
    if (folders.length > 0) void this.#ask(folders);
  }

  async #ask(folders: readonly string[]): Promise<void> {
    const asking = new vscode.CancellationTokenSource();
    this.#asking = asking;
    const { client, log } = this.#context;
    try {
      for (const path of folders) {
        const sentence = await client.request(methods.generatedSentence, { path }, asking.token);
        if (asking.token.isCancellationRequested) return;
        const before = this.#known.get(path)?.text;
        if (sentence === null) this.#known.delete(path);
        else this.#known.set(path, sentence);
        if (before !== this.#known.get(path)?.text) this.#changed();
      }
    } catch (error) {
      // The summary is complete without them.
      if (!asking.token.isCancellationRequested) log.error('Could not generate sentences.', error);
    } finally {
      asking.dispose();
    }
  }
}
