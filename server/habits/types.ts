/** What types that extend the same have in common: the end of their names; and what stands in for a type in tests. */
import type { FileFacts } from '../analysis/file-facts.ts';
import type { Place } from '../protocol/requests.ts';
import { compare } from '../syntax/paths.ts';
import { addTo, isMost, placesOf, typeKinds, type Usual } from './counting.ts';

interface Type extends Place {
  readonly name: string;
  readonly bases: readonly string[];
}

export function typeHabits(own: readonly FileFacts[], tests: readonly FileFacts[]): Usual[] {
  const types = typesIn(own);
  return [...kinships(types).slice(0, 2), ...doubles([...types, ...typesIn(tests)])];
}

function typesIn(files: readonly FileFacts[]): Type[] {
  return files.flatMap(({ path, heads }) =>
    heads.flatMap(({ name, bases, line, kind }) => (typeKinds.has(kind) ? { name, bases, path, line } : [])),
  );
}

/** Types named alike that extend the same. */
function kinships(types: readonly Type[]): Usual[] {
  const byBase = new Map<string, Type[]>();
  for (const type of types) for (const base of new Set(type.bases)) addTo(byBase, base, type);
  const found = [...byBase].flatMap(([base, all]) => {
    const files = new Set(all.map(({ path }) => path));
    if (files.size < fewestTypes || plainBases.test(base)) return [];
    const ending = commonEnding(all.map(({ name }) => name));
    if (ending === undefined) return [];
    const named = types.filter(({ name }) => name !== ending && name !== base && name.endsWith(ending));
    const both = named.filter(({ bases }) => bases.includes(base));
    if (both.length < fewestTypes || !isMost(both.length, named.length, 0.8)) return [];
    return {
      text: `Types named \`…${ending}\` extend or implement \`${base}\` (${both.length} of ${named.length})`,
      places: placesOf(both),
      files: both.length,
      base,
    };
  });
  return found.sort((one, other) => other.files - one.files || compare(one.base, other.base));
}

/** Bases that say nothing of a repository. */
const plainBases =
  /^(?:Exception|\w*Error|RuntimeException|IDisposable|Serializable|Enum|Comparable|Object)$/;

/** The longest ending in whole words that four of five names share. */
function commonEnding(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) {
    const words = name.match(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g) ?? [];
    for (let at = 1; at < words.length; at++) {
      const ending = words.slice(at).join('');
      if (name.endsWith(ending)) counts.set(ending, (counts.get(ending) ?? 0) + 1);
    }
  }
  const [longest] = [...counts]
    .filter(([ending, count]) => /^[A-Z]/.test(ending) && isMost(count, names.length, 0.8))
    .sort(([one], [other]) => other.length - one.length);
  return longest?.[0];
}

/** Types named like an interface and a word that says they stand in for it, such as `FakeUserStore`. */
function doubles(types: readonly Type[]): Usual[] {
  const byWord = new Map<string, Type[]>();
  for (const type of types) {
    const [, word] = standIn.exec(type.name) ?? [];
    if (word === undefined) continue;
    const rest = type.name.replace(word, '');
    if (type.bases.some(base => base.replace(/^I(?=[A-Z])/, '') === rest)) addTo(byWord, word, type);
  }
  const [best, next] = [...byWord].sort(([, one], [, other]) => other.length - one.length);
  if (best === undefined || best[1].length < fewestDoubles) return [];
  if (next !== undefined && !isMost(best[1].length, best[1].length + next[1].length, 0.6)) return [];
  const [word, all] = best;
  const [{ name, bases }] = all as [Type];
  return [
    {
      text: `Test doubles are types named with \`${word}\`, such as \`${name}\` for \`${bases[0]}\` (${all.length})`,
      places: placesOf(all),
      files: all.length,
    },
  ];
}

const standIn = /(?:^|(?<=[a-z]))(Test|Fake|Mock|Stub|Dummy|Spy)(?=[A-Z])/;

const fewestTypes = 5;
const fewestDoubles = 3;
