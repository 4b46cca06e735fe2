/** How long the page takes from a key to the end of its handling, and to the next picture. In milliseconds. */
import type { Page } from 'playwright-core';

/** In the page: event times end with the handlers, pictures with the next animation frame. */
const watch = `globalThis.longsightDelays = { handled: [], drawn: [] };
addEventListener('keydown', event => {
  const pressed = event.timeStamp;
  setTimeout(() => longsightDelays.handled.push(performance.now() - pressed));
  requestAnimationFrame(() => setTimeout(() => longsightDelays.drawn.push(performance.now() - pressed)));
}, true)`;

export interface KeyDelays {
  readonly handled: readonly number[];
  readonly drawn: readonly number[];
}

export class Delays {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Measures from now on. */
  static async of(page: Page): Promise<Delays> {
    await page.evaluate(watch);
    return new Delays(page);
  }

  read(): Promise<KeyDelays> {
    return this.#page.evaluate<KeyDelays>('longsightDelays');
  }
}
