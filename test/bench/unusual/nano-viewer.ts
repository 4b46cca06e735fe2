/**
 * The shipped model as a viewer of units: its memory closed, its tokens the repository's own. It finds no more slips than the copy memory
 * alone (see test/bench/README.md), so the product does not use it.
 */
import type { Judged, ModelReference } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { messageOf } from '../../../server/protocol/message-of.ts';
import type { ModelView, UnitViewer, UnitViews, ViewedFile } from '../../../server/unusual/model-view.ts';

export interface NanoViewerOptions {
  readonly engine: Pick<Engine, 'run'>;
  readonly model: ModelReference;
  /** Gets a sentence when the model cannot be used; the copy memory then judges alone. */
  readonly onProblem?: (problem: string) => void;
}

export function nanoViewer(options: NanoViewerOptions): UnitViewer {
  return new NanoViewer(options);
}

class NanoViewer implements UnitViewer {
  readonly #options: NanoViewerOptions;
  #isUsable = true;

  constructor(options: NanoViewerOptions) {
    this.#options = options;
  }

  async viewsOf(file: ViewedFile, signal?: AbortSignal): Promise<UnitViews | undefined> {
    if (!this.#isUsable || file.evidence.length === 0) return undefined;
    const { engine, model, onProblem = () => {} } = this.#options;
    const { asked, differs } = questionsIn(file);
    try {
      const parameters = { model, ids: file.tokens, asked };
      const judged = await engine.run('judge', parameters, signal === undefined ? {} : { signal });
      return { by: 'nano', views: viewsIn(file, judged, differs) };
    } catch (error) {
      signal?.throwIfAborted();
      this.#isUsable = false;
      onProblem(`The shipped model takes no part: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** Where each unit differs from the other first (−1 without another), and the other's token there. */
function questionsIn({ tokens, evidence }: ViewedFile): { asked: Int32Array; differs: number[] } {
  const asked = new Int32Array(tokens.length).fill(-1);
  const differs = evidence.map(({ unit, other }) => {
    const [place] = other?.places ?? [];
    if (place === undefined) return -1;
    const theirs = place.segment.tokens.subarray(place.start, place.end);
    const most = Math.min(unit.end - unit.start, theirs.length) - 1;
    let same = 0;
    while (same < most && theirs[same] === tokens[unit.start + same]) same++;
    asked[unit.start + same] = theirs[same]!;
    return unit.start + same;
  });
  return { asked, differs };
}

function viewsIn({ evidence }: ViewedFile, judged: Judged, differs: readonly number[]): ModelView[] {
  return evidence.map(({ unit }, i) => {
    const own = judged.bits.subarray(unit.start, unit.end).reduce((sum, one) => sum + one, 0);
    const at = differs[i]!;
    return {
      own,
      expected: judged.expected[unit.start]!,
      odds: at < 0 ? 0 : judged.bits[at]! - judged.asked[at]!,
    };
  });
}
