/** Types text into the editor's open document, and accepts the suggestions that are what comes. */
import type { Workbench } from '../../editor/workbench.ts';

/** Milliseconds between keys: a quick typist, with pauses as after a word or line. */
const [quick, slow] = [60, 220];
/** Milliseconds to look at what is shown before a line is typed. */
const look = 700;

/** Suggestions on the screen: their lines, and how many places show one. */
interface Ghost {
  readonly text: string;
  readonly places: number;
}

const ghostOf = `(() => {
  const parts = [...document.querySelectorAll('.ghost-text-decoration')];
  const below = [...document.querySelectorAll('.suggest-preview-text .view-line')];
  const lines = new Set(parts.map(part => part.closest('.view-line')));
  return { text: [parts.map(part => part.innerText).join(''), ...below.map(line => line.innerText)].join('\\n').replaceAll('\\u00a0', ' '), places: lines.size };
})()`;

export class Typist {
  readonly #workbench: Workbench;
  readonly #random: () => number;
  readonly #tick: () => void;
  readonly faults: string[] = [];
  keys = 0;
  shown = 0;
  accepted = 0;
  saved = 0;

  constructor(workbench: Workbench, random: () => number, tick: () => void) {
    this.#workbench = workbench;
    this.#random = random;
    this.#tick = tick;
  }

  /**
   * Types at the end of the document, while it may.
   * @returns what the document should hold
   */
  async type(text: string, may: () => boolean): Promise<string> {
    const { page } = this.#workbench;
    let at = 0;
    while (at < text.length && may()) {
      this.#tick();
      const lineStart = at === 0 || text[at - 1] === '\n';
      if (lineStart) await this.#indent(/^[ \t]*/.exec(text.slice(at))![0]);
      if (lineStart) at += /^[ \t]*/.exec(text.slice(at))![0].length;
      const taken = await this.#accept(text.slice(at), lineStart || this.#random() < 0.1);
      if (taken > 0) {
        at += taken;
        continue;
      }
      const char = text[at];
      if (char === undefined) break;
      if (char === '\n') await this.#breakLine();
      else await page.keyboard.type(char);
      this.keys++;
      at++;
      await page.waitForTimeout(quick + this.#random() ** 3 * (slow - quick));
    }
    await this.#removeClosers();
    // What the editor indented after a last line end.
    if (text[at - 1] === '\n') await this.#indent('');
    return text.slice(0, at);
  }

  /** Replaces what the editor indented by itself. The letter keeps the selection from being empty. */
  async #indent(indent: string): Promise<void> {
    const { keyboard } = this.#workbench.page;
    await keyboard.insertText('x');
    await keyboard.press('Shift+Home');
    await keyboard.press('Shift+Home');
    if (indent === '') await keyboard.press('Delete');
    else await keyboard.insertText(indent);
  }

  /** Enter alone would accept the selected entry of an open list. */
  async #breakLine(): Promise<void> {
    const { keyboard } = this.#workbench.page;
    await this.#removeClosers();
    await keyboard.press('Escape');
    // The list closes a moment after the key.
    await this.#workbench.page.waitForTimeout(quick);
    await keyboard.press('Enter');
  }

  /** What the editor closed by itself: nothing else is right of the cursor or below. */
  async #removeClosers(): Promise<void> {
    const { keyboard } = this.#workbench.page;
    await keyboard.press('ControlOrMeta+Shift+End');
    await keyboard.press('Delete');
  }

  /** @returns the characters accepted */
  async #accept(comes: string, waits: boolean): Promise<number> {
    const { page } = this.#workbench;
    let ghost = await page.evaluate<Ghost>(ghostOf);
    if (waits && ghost.text.trim() === '') {
      await page.waitForTimeout(look);
      ghost = await page.evaluate<Ghost>(ghostOf);
    }
    if (ghost.text.trim() === '') return 0;
    this.shown++;
    if (ghost.places > 1) this.faults.push(`shown at ${ghost.places} places: ${JSON.stringify(ghost.text)}`);
    const first = ghost.text.split('\n', 1)[0]!;
    // A single character is typed sooner than accepted.
    if (ghost.text.trim().length < 3) return 0;
    const isWhole = comes.startsWith(ghost.text);
    if (!isWhole && !(first.trim().length >= 3 && comes.startsWith(`${first}\n`))) return 0;
    // The editor's command takes the line's end as well.
    const taken = isWhole ? ghost.text : `${first}\n`;
    await page.keyboard.press(isWhole ? 'Tab' : 'Alt+End');
    this.accepted++;
    this.saved += taken.length;
    await page.waitForTimeout(quick);
    return taken.length;
  }
}
