/** Queries the code model where the copy memory has nothing to show. */
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import { itemFromModel } from '../completion/written.ts';
import type { CoderReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { messageOf } from '../protocol/message-of.ts';

/** Minimum probability of the first line at the default eagerness, and how far eagerness moves it. */
const usualLeast = 0.4;
const reach = 0.6;
/** For explicitly invoked completions. */
const leastInvoked = 0.02;

export class CoderWorker {
  readonly #engine: Pick<Engine, 'run'>;
  readonly #coder: CoderReference;
  #isReady = false;

  /** Opens the model, converting it first if necessary. @param onProblem gets a sentence if it cannot be used */
  constructor(engine: Pick<Engine, 'run'>, coder: CoderReference, onProblem: (problem: string) => void) {
    this.#engine = engine;
    this.#coder = coder;
    engine.run('openCoder', { coder }).then(
      () => {
        this.#isReady = true;
      },
      (error: unknown) => onProblem(`The code model cannot be used: ${messageOf(error)}`),
    );
  }

  /** @returns the model's suggestion for an answer without one; the answer itself if the model has none */
  async complete(request: CompletionRequest, found: Completion, signal: AbortSignal): Promise<Completion> {
    const { text, offset, eagerness = 0.5, maxLines = 12, isInvoked } = request;
    if (!this.#isReady || found.item !== undefined || found.reason === 'cancelled') return found;
    // The entry selected in the editor's list decides the suggestion.
    if (request.selected !== undefined) return found;
    const started = performance.now();
    try {
      const { text: written, logProbability } = await this.#engine.run(
        'write',
        {
          coder: this.#coder,
          document: request.path,
          before: text.slice(0, offset).replaceAll('\r\n', '\n'),
          after: text.slice(offset).replaceAll('\r\n', '\n'),
          maxLines,
        },
        { signal, urgent: true },
      );
      const confidence = Math.exp(logProbability);
      const item = itemFromModel(written, confidence, request);
      const milliseconds = found.milliseconds + performance.now() - started;
      if (item === undefined) return { ...found, milliseconds };
      const least = isInvoked ? leastInvoked : usualLeast + reach * (0.5 - eagerness);
      return confidence >= least ? { item, milliseconds } : { ...found, withheld: item, milliseconds };
    } catch (error) {
      if (signal.aborted) return { reason: 'cancelled', milliseconds: found.milliseconds };
      // If the engine fails, the answer found without it stands.
      if (error instanceof Error) return found;
      throw error;
    }
  }
}
