import type { Device } from './device.ts';
import { Model } from './model.ts';
import type { Runtime } from './session.ts';
import { loadWeights, type ModelReference } from './weights.ts';

/** The model in use, loaded when work names it: one at a time. */
export class Models {
  readonly #runtime: Runtime;
  readonly #device: Device;
  #key = '';
  #model: Model | undefined;

  constructor(runtime: Runtime, device: Device) {
    this.#runtime = runtime;
    this.#device = device;
  }

  /** @throws Error with a sentence, as `loadWeights` does */
  get(reference: ModelReference): Model {
    const { folder, name, tokenizerHash, exact = false } = reference;
    const key = JSON.stringify([folder, name, tokenizerHash, exact]);
    if (this.#model !== undefined && key === this.#key) return this.#model;
    // The one before is not released here: a reading that was interrupted may still hold it.
    this.#model = new Model(this.#runtime, this.#device, loadWeights(reference), exact);
    this.#key = key;
    return this.#model;
  }
}
