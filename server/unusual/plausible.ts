/** Which units are not worth pointing out unasked, however high they score: what is expected there could not stand there. */
import { isName } from '../names/words.ts';
import { featureNames } from './features.ts';
import type { JudgedUnit } from './judge-file.ts';

const [afterDot, called] = (['after dot', 'called'] as const).map(name => featureNames.indexOf(name));

/**
 * @param units of the whole file
 * @param isHigh whether a unit scores high
 */
export function implausible(
  units: readonly JudgedUnit[],
  isHigh: (unit: JudgedUnit) => boolean,
): Set<JudgedUnit> {
  const texts = new Set(units.map(({ evidence }) => evidence.unit.text));
  const lines = new Map<string, Set<number>>();
  for (const { evidence } of units.filter(isHigh)) {
    const key = keyOf(evidence.unit.text, evidence.other?.text);
    lines.set(key, (lines.get(key) ?? new Set()).add(evidence.unit.line));
  }
  return new Set(
    units.filter(
      unit => isOutOfScope(unit, texts) || isMutual(unit, lines.get(keyOf(otherOf(unit), textOf(unit)))),
    ),
  );
}

/** A variable in whose place like places have one that this file does not: every file has its own. */
function isOutOfScope(unit: JudgedUnit, texts: ReadonlySet<string>): boolean {
  const other = otherOf(unit);
  if (other === undefined || texts.has(other) || !isName(other) || !isName(textOf(unit))) return false;
  return unit.features[afterDot!] === 0 && unit.features[called!] === 0;
}

/** Two lines of which each is expected to be the other: both are meant. @param lines where the reverse is so */
function isMutual({ evidence: { unit } }: JudgedUnit, lines: ReadonlySet<number> | undefined): boolean {
  return lines !== undefined && !lines.has(unit.line);
}

function keyOf(text: string | undefined, other: string | undefined): string {
  return `${text} ${other}`;
}

function textOf({ evidence }: JudgedUnit): string {
  return evidence.unit.text;
}

function otherOf({ evidence }: JudgedUnit): string | undefined {
  return evidence.other?.text;
}
