/** What most files of a repository do alike, counted: conventions that are written down nowhere. */
import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { Place, Statement } from '../protocol/requests.ts';
import { compare } from '../syntax/paths.ts';
import { languageById } from '../workspace/language.ts';
import { addTo, isMost, placesOf, typeKinds, type Usual } from './counting.ts';
import { testHabits } from './tests.ts';
import { typeHabits } from './types.ts';

/**
 * @param paths of the repository or a part of it
 * @returns at most `most` statements, each with the first of its places and two or three as its sources; nothing where nothing is usual
 */
export function usualIn(paths: readonly string[], facts: RepositoryFacts): Statement[] {
  const files = paths.toSorted(compare).flatMap(path => {
    const file = facts.files.get(path);
    return file?.code && file.aside === undefined ? [file] : [];
  });
  const { supportingOf } = facts.ranked;
  const own = files.filter(({ path }) => supportingOf(path) === undefined);
  const tests = files.filter(({ path }) => supportingOf(path) === 'test');
  const found = [
    ...openings(files, own),
    ...typeHabits(own, tests),
    ...testHabits(tests, own, facts),
    ...errors(own, facts),
    ...aliases(own),
    ...loggers(own, facts),
  ];
  return found.slice(0, most).map(({ text, places }) => ({
    text,
    ...places[0]!,
    generated: false,
    sources: places,
  }));
}

const most = 6;

/** A line that nearly all files of a language open with. */
function openings(files: readonly FileFacts[], own: readonly FileFacts[]): Usual[] {
  const languages = [...new Set(own.map(({ language }) => language))].filter(id => id !== undefined);
  return languages
    .flatMap(id => {
      const [everywhere, inOwn] = [files, own].map(among => openingOf(among, id));
      return everywhere ?? inOwn ?? [];
    })
    .sort((one, other) => other.files - one.files)
    .slice(0, 2);
}

function openingOf(among: readonly FileFacts[], id: string): Usual | undefined {
  const written = among.filter(({ language }) => language === id);
  const byText = new Map<string, Place[]>();
  for (const { path, shapes } of written) {
    if (shapes?.opening === undefined) continue;
    const { text, line } = shapes.opening;
    addTo(byText, text, { path, line });
  }
  const [best] = [...byText].sort(([, one], [, other]) => other.length - one.length);
  if (best === undefined || best[1].length < fewestOpenings || !isMost(best[1].length, written.length, 0.8))
    return undefined;
  const [text, places] = best;
  const language = languageById(id)?.name ?? id;
  return {
    text: `${language} files begin with \`${text}\` (${places.length} of ${written.length})`,
    places: placesOf(places),
    files: places.length,
  };
}

/** One error of the repository's own, in most files that throw any of its own. */
function errors(own: readonly FileFacts[], { symbols }: RepositoryFacts): Usual[] {
  const throwing = new Set<string>();
  const byName = new Map<string, Place[]>();
  for (const { path, shapes } of own)
    for (const [name, line] of shapes?.thrown ?? []) {
      const isOwn = symbols
        .named(name.replace(/^.*[.:]/, ''))
        .some(({ definition }) => typeKinds.has(definition.kind));
      if (!isOwn) continue;
      throwing.add(path);
      addTo(byName, name, { path, line });
    }
  return [...byName].flatMap(([name, places]) =>
    places.length >= fewestFiles && isMost(places.length, throwing.size, 0.6)
      ? {
          text: `Where files throw an error of their own kind, it is \`${name}\` (${places.length} of ${throwing.size})`,
          places: placesOf(places),
          files: places.length,
        }
      : [],
  );
}

/** Modules imported under another name, in most files that import them so or otherwise. */
function aliases(own: readonly FileFacts[]): Usual[] {
  const byShape = new Map<string, Place[]>();
  const importing = new Map<string, number>();
  for (const { path, shapes, imports } of own) {
    for (const target of new Set(imports.map(one => one.target)))
      importing.set(target, (importing.get(target) ?? 0) + 1);
    for (const [shape, line] of shapes?.aliases ?? []) {
      addTo(byShape, shape, { path, line });
    }
  }
  return [...byShape]
    .sort(([one, first], [other, second]) => second.length - first.length || compare(one, other))
    .flatMap(([shape, places]) => {
      const [target = '', alias = ''] = shape.split(' as ');
      if (places.length < fewestFiles || commonAliases.has(alias)) return [];
      if (!isMost(places.length, Math.max(places.length, importing.get(target) ?? 0), 0.75)) return [];
      return {
        text: `\`${target}\` is imported as \`${alias}\` (${places.length} files)`,
        places: placesOf(places),
        files: places.length,
      };
    })
    .slice(0, 1);
}

/** Those that whoever knows the module uses. */
const commonAliases = new Set('np pd plt tf sns nx sp xr mp da F nn'.split(' '));

/** A function of the repository's own that makes loggers. */
function loggers(own: readonly FileFacts[], { symbols }: RepositoryFacts): Usual[] {
  const byName = new Map<string, Place[]>();
  for (const { path, uses, definitions } of own) {
    const defined = new Set(definitions.map(({ name }) => name));
    for (const [name, { called, bareLine }] of uses) {
      if (!called || !makesLogger.test(name) || defined.has(name) || symbols.named(name).length === 0)
        continue;
      addTo(byName, name, { path, line: bareLine });
    }
  }
  const [best, next] = [...byName].sort(
    ([one, first], [other, second]) => second.length - first.length || compare(one, other),
  );
  if (best === undefined || best[1].length < fewestFiles) return [];
  if (next !== undefined && !isMost(best[1].length, best[1].length + next[1].length, 0.75)) return [];
  const [name, places] = best;
  return [
    {
      text: `Files log through \`${name}(…)\` (${places.length} files)`,
      places: placesOf(places),
      files: places.length,
    },
  ];
}

const makesLogger = /^(?:get|create|make|new)_?\w*(?:[lL]og|[lL]ogger|[dD]ebugger)$/;

const fewestFiles = 5;
const fewestOpenings = 8;
