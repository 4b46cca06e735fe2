/** nano as a viewer of units: its memory closed, its tokens the repository's own. */
import type { ModelReference } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import type { UnitViewer } from '../../../server/unusual/model-view.ts';

export function nanoViewer(engine: Pick<Engine, 'run'>, model: ModelReference): UnitViewer {
  return {
    async viewsOf({ tokens, evidence }) {
      const asked = new Int32Array(tokens.length).fill(-1);
      const differs = evidence.map(({ unit, other }) => {
        const [place] = other?.places ?? [];
        if (place === undefined) return -1;
        const theirs = place.segment.tokens.subarray(place.start, place.end);
        const most = Math.min(unit.end - unit.start, theirs.length) - 1;
        let at = 0;
        while (at < most && theirs[at] === tokens[unit.start + at]) at++;
        asked[unit.start + at] = theirs[at]!;
        return unit.start + at;
      });
      const judged = await engine.run('judge', { model, ids: tokens, asked });
      return evidence.map(({ unit }, i) => {
        const own = judged.bits.subarray(unit.start, unit.end).reduce((sum, one) => sum + one, 0);
        const at = differs[i]!;
        return {
          own,
          expected: judged.expected[unit.start]!,
          odds: at < 0 ? 0 : judged.bits[at]! - judged.asked[at]!,
        };
      });
    },
  };
}
