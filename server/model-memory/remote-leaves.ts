/** Leaves shared between machines: one machine prefills a file for all others with the same model. */

/** A byte store with names, such as an HTTP cache or a bucket. Its data is verified like data from disk. */
export interface RemoteLeaves {
  /** Undefined if missing. May reject: then the file is prefilled here. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** `GET` and `PUT` of `<base>/<key>`, which HTTP caches and object stores (with signed or public URLs) share. */
export class HttpLeaves implements RemoteLeaves {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param base ends with a slash */
  constructor(base: string, headers: Readonly<Record<string, string>> = {}) {
    this.#base = base;
    this.#headers = headers;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const response = await fetch(this.#base + key, { headers: this.#headers });
    if (response.status === 404) return undefined;
    if (!response.ok)
      throw new Error(`${this.#base} answered a request for a leaf with status ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const body = new Uint8Array(bytes).buffer;
    const response = await fetch(this.#base + key, { method: 'PUT', headers: this.#headers, body });
    if (!response.ok) throw new Error(`${this.#base} rejected a leaf with status ${response.status}.`);
  }
}
