/** Leaves beyond this machine: whoever has read a file of these tokens with this model spares everybody else doing so. */

/** A store of bytes by name, such as an HTTP cache or a bucket. What it gives is checked like what is read from disk. */
export interface RemoteLeaves {
  /** Nothing where there is none. May reject: then the file is read here. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** `GET` and `PUT` of `<base>/<key>`, which HTTP caches and object stores (by signed or open addresses) have in common. */
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
    if (!response.ok) throw new Error(`${this.#base} answers ${response.status} to a question for a leaf.`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const body = new Uint8Array(bytes).buffer;
    const response = await fetch(this.#base + key, { method: 'PUT', headers: this.#headers, body });
    if (!response.ok) throw new Error(`${this.#base} does not take a leaf: ${response.status}.`);
  }
}
