/** Counts outcomes of suggestions. */
import type { Acceptance } from '../protocol/requests.ts';

export class AcceptanceCount {
  #offered = 0;
  #accepted = 0;
  #last: { readonly uri: string; readonly text: string } | undefined;

  get counts(): Acceptance {
    return { offered: this.#offered, accepted: this.#accepted };
  }

  /** Typing along a suggestion does not start another. */
  offered(uri: string, text: string): void {
    if (this.#last?.uri !== uri || !this.#last.text.endsWith(text)) this.#offered += 1;
    this.#last = { uri, text };
  }

  accepted(): void {
    this.#accepted += 1;
  }
}
