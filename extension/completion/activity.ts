/** Status of the latest request: in progress, or why nothing is shown. */
import * as vscode from 'vscode';
import type { Answered } from '../../server/protocol/requests.ts';

/** Milliseconds before an answer counts as slow and progress is shown. */
const patience = 600;
/** Milliseconds without another request before the outcome is shown: while keys come, the status bar stays as it is. */
const settled = 400;
/** Milliseconds for which the outcome is shown. */
const lasting = 8000;

export type Thought = 'idle' | 'thinking' | Answered['outcome'];

export class Activity implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #thought: Thought = 'idle';
  /** Shows progress, if the answer is slow. */
  #slow: NodeJS.Timeout | undefined;
  /** Shows the outcome, if no other request comes. */
  #settling: NodeJS.Timeout | undefined;
  /** Ends what is shown. */
  #lasting: NodeJS.Timeout | undefined;
  #asked = 0;

  get thought(): Thought {
    return this.#thought;
  }

  /** Starts a request. @returns a function to call when it ends, with any outcome */
  ask(): () => void {
    const question = ++this.#asked;
    clearTimeout(this.#settling);
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => this.#become('thinking'), patience);
    return () => {
      if (question !== this.#asked) return;
      clearTimeout(this.#slow);
      if (this.#thought === 'thinking') this.#become('idle');
    };
  }

  answered({ uri, outcome }: Answered): void {
    if (uri !== vscode.window.activeTextEditor?.document.uri.toString()) return;
    clearTimeout(this.#slow);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#become(outcome), settled);
  }

  dispose(): void {
    for (const timer of [this.#slow, this.#settling, this.#lasting]) clearTimeout(timer);
  }

  #become(thought: Thought): void {
    clearTimeout(this.#lasting);
    if (thought !== 'idle' && thought !== 'thinking')
      this.#lasting = setTimeout(() => this.#become('idle'), lasting);
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
