/** The selected code model as a viewer of units. */
import type { CoderReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { contentOf } from '../sequence/content.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { UnitViewer } from './model-view.ts';

export function coderViewer(
  engine: Pick<Engine, 'run'>,
  coder: CoderReference,
  tokenizer: Tokenizer,
): UnitViewer {
  return {
    async viewsOf({ tokens, evidence }, signal) {
      const { start, end } = contentOf(tokenizer, tokens);
      let text = '';
      let at = start;
      const units = evidence.map(({ unit, other }) => {
        text += tokenizer.decode(tokens.subarray(at, unit.start));
        const own = tokenizer.decode(tokens.subarray(unit.start, unit.end));
        const first = text.length + own.length - own.trimStart().length;
        text += own;
        at = unit.end;
        return { start: first, end: first + unit.text.length, other: other?.text ?? '' };
      });
      text += tokenizer.decode(tokens.subarray(at, end));
      const { own, expected, odds } = await engine.run(
        'judgeUnits',
        { coder, text, units },
        signal === undefined ? {} : { signal },
      );
      return units.map((_, i) => ({ own: own[i]!, expected: expected[i]!, odds: odds[i]! }));
    },
  };
}
