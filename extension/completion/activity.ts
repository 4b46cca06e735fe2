/** Status of the latest request: in progress, or why nothing is shown. */
import * as vscode from 'vscode';
import type { Answered } from '../../server/protocol/requests.ts';

/** Milliseconds before an answer counts as slow and progress is shown. */
const patience = 300;
/** Milliseconds for which the outcome is shown. */
const lasting = 8000;

export type Thought = 'idle' | 'thinking' | Answered['outcome'];

export class Activity implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #thought: Thought = 'idle';
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;

  get thought(): Thought {
    return this.#thought;
  }

  /** Starts a request. @returns a function to call when it ends, with any outcome */
  ask(): () => void {
    const question = ++this.#asked;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#become('thinking'), patience);
    return () => {
      if (question !== this.#asked) return;
      clearTimeout(this.#timer);
      if (this.#thought === 'thinking') this.#become('idle');
    };
  }

  answered({ uri, outcome }: Answered): void {
    if (uri !== vscode.window.activeTextEditor?.document.uri.toString()) return;
    clearTimeout(this.#timer);
    this.#become(outcome);
    this.#timer = setTimeout(() => this.#become('idle'), lasting);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #become(thought: Thought): void {
    if (thought === this.#thought) return;
    this.#thought = thought;
    this.#changed.fire();
  }
}

/** For the status: an icon beside the name, and a sentence. Empty if a suggestion is shown. */
export function wordsOf(thought: Thought): { readonly icon: string; readonly text: string } | undefined {
  const t = vscode.l10n.t;
  if (thought === 'thinking') return { icon: 'loading~spin', text: t('Looking for a suggestion') };
  if (thought === 'nothing') return { icon: 'dash', text: t('Nothing like this was found') };
  if (thought === 'unsure') return { icon: 'dash', text: t('Nothing sure enough was found') };
  if (thought === 'excluded')
    return {
      icon: 'lock',
      text: t('Nothing is suggested in this file: it may hold secrets, or is excluded'),
    };
  if (thought === 'behind the list')
    return {
      icon: 'list-selection',
      text: t('The list of the editor hides a suggestion; Escape closes it'),
    };
  return undefined;
}
