/** What most tests of a repository do alike. */
import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { Place } from '../protocol/requests.ts';
import { baseName, compare } from '../syntax/paths.ts';
import { addTo, isMost, placesOf, typeKinds, type Usual } from './counting.ts';
import { type Purpose, purposes } from './test-calls.ts';

export function testHabits(
  tests: readonly FileFacts[],
  own: readonly FileFacts[],
  facts: RepositoryFacts,
): Usual[] {
  const running = tests.filter(({ shapes }) => shapes?.calls !== undefined);
  return [
    ...placement(running, own),
    ...baseClass(running, facts),
    ...helpers(running, own, facts).slice(0, 2),
    ...fixtures(tests),
    ...purposes.flatMap(purpose => known(purpose, running)),
  ];
}

/** Tests that stand beside the code they test, where a language leaves that open. */
function placement(tests: readonly FileFacts[], own: readonly FileFacts[]): Usual[] {
  const paths = new Set(own.map(({ path }) => path));
  const named = tests.flatMap(({ path, language }) => {
    const [, stem, mark, ending] = testName.exec(path) ?? [];
    return stem === undefined || language === 'go' ? [] : { path, line: 1, stem, mark: `${mark}${ending}` };
  });
  const beside = named.filter(({ stem, mark }) => paths.has(stem + mark.replace(/^[._-](?:test|spec)/, '')));
  if (beside.length < fewest || !isMost(beside.length, named.length, 0.6)) return [];
  const { mark } = beside[0]!;
  return [
    {
      text: `Tests stand beside the code they test, as \`*${mark}\` (${beside.length} of ${named.length})`,
      places: placesOf(beside),
      files: beside.length,
    },
  ];
}

const testName = /^(.*?)([._-](?:test|spec))(\.\w+)$/;

/** A class of the repository's own that test classes extend. */
function baseClass(tests: readonly FileFacts[], { symbols }: RepositoryFacts): Usual[] {
  const byBase = new Map<string, Place[]>();
  let classes = 0;
  for (const { path, heads } of tests) {
    const first = heads.find(
      ({ name, bases }) => /Tests?(?:Case)?$|^Test|Spec$/.test(name) && bases.length > 0,
    );
    if (first === undefined) continue;
    classes++;
    const base = first.bases[0]!;
    addTo(byBase, base, { path, line: first.line });
  }
  return [...byBase].flatMap(([base, places]) =>
    places.length >= fewest && isMost(places.length, classes, 0.6) && symbols.named(base).length > 0
      ? {
          text: `Test classes extend \`${base}\` (${places.length} of ${classes})`,
          places: placesOf(places),
          files: places.length,
        }
      : [],
  );
}

/** What tests define for each other, and many of them call. */
function helpers(
  tests: readonly FileFacts[],
  own: readonly FileFacts[],
  { symbols, ranked }: RepositoryFacts,
): Usual[] {
  const byCall = new Map<string, Place[]>();
  for (const { path, shapes, definitions } of tests) {
    const defined = new Set(definitions.map(({ name }) => name));
    for (const [shape, line] of shapes!.calls!) {
      if (defined.has(nameIn(shape))) continue;
      addTo(byCall, shape, { path, line });
    }
  }
  return [...byCall]
    .sort(([one, first], [other, second]) => second.length - first.length || compare(one, other))
    .flatMap(([shape, called]) => {
      if (called.length < fewest || !isMost(called.length, tests.length, 0.15)) return [];
      const name = nameIn(shape);
      const defined = symbols.named(name);
      const users = defined.map(
        ({ path }) => new Set(ranked.references.to(path).map(reference => reference.from)),
      );
      const usedOf = (index: number): Place[] => called.filter(({ path }) => users[index]!.has(path));
      const [best] = defined
        .map((_, index) => index)
        .sort((one, other) => usedOf(other).length - usedOf(one).length);
      const first = best === undefined ? undefined : defined[best];
      // What many files define is not shared, and a type that tests make is what they test.
      const isHelper = defined.every(
        ({ path, definition }) => ranked.supportingOf(path) === 'test' && !typeKinds.has(definition.kind),
      );
      if (first === undefined || defined.length > mostDefinitions || !isHelper) return [];
      const elsewhere = own.filter(({ uses }) => uses.has(name)).length;
      if (elsewhere > called.length / 10) return [];
      // Where a file is used only by importing it, what does not import it calls something else.
      const places = importing.test(first.path) ? usedOf(best!) : called;
      if (!isMost(places.length, called.length, 0.5)) return [];
      const definition = { path: first.path, line: first.definition.line };
      return {
        text: `Tests call the helper \`${shape}(…)\` (${places.length} of ${tests.length} test files)`,
        places: [definition, ...placesOf(places).slice(0, 2)],
        files: places.length,
      };
    });
}

function nameIn(shape: string): string {
  return shape.replace(/^.*(?:\.|::|->)/, '');
}

/** What pytest hands to tests by the name of a parameter. */
function fixtures(tests: readonly FileFacts[]): Usual[] {
  const defining = tests.filter(({ path }) => baseName(path) === 'conftest.py');
  return defining
    .flatMap(({ path, definitions }) =>
      definitions.flatMap(({ name, line }) => {
        const folder = path.slice(0, -'conftest.py'.length);
        const among = tests.filter(file => file.path.startsWith(folder) && /(?:^|\/)test_/.test(file.path));
        const places = among.flatMap(file => {
          const given = file.shapes?.given?.get(name);
          return given === undefined ? [] : { path: file.path, line: given };
        });
        if (places.length < fewest || !isMost(places.length, among.length, 0.25)) return [];
        return {
          text: `Tests take the fixture \`${name}\` (${places.length} of ${among.length} test files)`,
          places: [{ path, line }, ...placesOf(places).slice(0, 2)],
          files: places.length,
        };
      }),
    )
    .sort((one, other) => other.files - one.files)
    .slice(0, 1);
}

/** One library for a purpose, where others would do. */
function known({ does, calls, plain, share }: Purpose, tests: readonly FileFacts[]): Usual[] {
  const families = new Map<string, Map<string, Place[]>>();
  const serving = new Set<string>();
  for (const { path, shapes } of tests)
    for (const [shape, line] of shapes!.calls!) {
      if (plain?.test(shape)) serving.add(path);
      if (!calls.test(shape)) continue;
      serving.add(path);
      const family = shape.replace(/(?:\.|::|->).*$/, '');
      const shown = families.get(family) ?? new Map<string, Place[]>();
      families.set(family, shown);
      addTo(shown, shape, { path, line });
    }
  const [best] = [...families.values()]
    .map(shown => ({
      shown: [...shown].sort(([, one], [, other]) => other.length - one.length),
      files: new Set([...shown.values()].flat().map(({ path }) => path)).size,
    }))
    .sort((one, other) => other.files - one.files);
  if (best === undefined || best.files < fewestKnown) return [];
  if (!isMost(best.files, serving.size, 0.75) || !isMost(best.files, tests.length, share)) return [];
  const [[shape, places]] = best.shown as [[string, Place[]]];
  return [
    {
      text: `${does} \`${shape}(…)\` (${places.length} of ${tests.length} test files)`,
      places: placesOf(places),
      files: places.length,
    },
  ];
}

const fewest = 5;
/** Files of languages without names that all files of a package or a program see. */
const importing = /\.(?:[cm]?[jt]sx?|py|rs)$/;
const fewestKnown = 3;
const mostDefinitions = 2;
