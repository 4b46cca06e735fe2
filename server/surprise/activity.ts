/** Whether anything is asked: work in the background waits until nothing has been for a while. */
export class Activity {
  readonly #listeners = new Set<() => void>();
  #running = 0;
  #ended = performance.now();

  /** Notes that a request has come. @returns to be called once it is answered */
  begin(): () => void {
    this.#running++;
    for (const listener of this.#listeners) listener();
    return () => {
      this.#running--;
      this.#ended = performance.now();
    };
  }

  /** Milliseconds since the last request was answered; 0 while one is not. */
  get quiet(): number {
    return this.#running > 0 ? 0 : performance.now() - this.#ended;
  }

  /** Calls back at every request, until the returned function is called. */
  onBegin(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
