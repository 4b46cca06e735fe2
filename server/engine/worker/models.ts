import type { Device } from '../device.ts';
import type { ModelReference } from '../messages.ts';
import { Model } from './model.ts';
import type { OpenOptions, Runtime } from './session.ts';
import { loadWeights } from './weights.ts';

/** The current model, loaded on demand: one at a time. */
export class Models {
  readonly #runtime: Runtime;
  readonly #device: Device;
  readonly #options: OpenOptions;
  #key = '';
  #model: Model | undefined;

  constructor(runtime: Runtime, device: Device, options: OpenOptions = {}) {
    this.#runtime = runtime;
    this.#device = device;
    this.#options = options;
  }

  /** @throws Error as `loadWeights` does */
  get(reference: ModelReference): Model {
    const { folder, name, tokenizerHash, exact = false } = reference;
    const key = JSON.stringify([folder, name, tokenizerHash, exact]);
    if (this.#model !== undefined && key === this.#key) return this.#model;
    // The previous model is not released here: an interrupted prefill may still hold it.
    this.#model = new Model(this.#runtime, this.#device, loadWeights(reference), { exact, ...this.#options });
    this.#key = key;
    return this.#model;
  }
}
