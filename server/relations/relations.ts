/** Relations between the parts of a repository: references, tests, and project files that name them. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { folderOf } from '../protocol/folders.ts';
import type { PartLink, PartRelations, Place, Statement } from '../protocol/requests.ts';
import { joined } from '../syntax/paths.ts';
import { partsOf, type RepositoryPart } from './parts.ts';

const maxLinks = 6;
const maxWires = 4;

/**
 * @param statementOf describes a folder or file
 * @param scope a folder, `''` for the whole repository
 */
export function relationsOf(
  paths: readonly string[],
  facts: RepositoryFacts,
  scope: string,
  statementOf: (path: string) => Statement | undefined,
): PartRelations[] {
  const { ranked } = facts;
  const parts = partsOf(paths, facts, scope);
  const partOf = new Map(parts.flatMap(part => part.files.map(file => [file, part] as const)));
  const uses = new Links();
  const usedBy = new Links();
  const tests = new Links();
  for (const part of parts) {
    for (const file of part.files) {
      const isTest = ranked.supportingOf(file) !== undefined;
      for (const { to, line } of ranked.references.of(file)) {
        const target = partOf.get(to);
        if (target === undefined) continue;
        const at = { path: file, line };
        if (isTest) {
          if (ranked.supportingOf(file) === 'test' && ranked.supportingOf(to) === undefined)
            tests.add(keyOf(target), folderOf(file), at);
        } else if (target !== part) {
          uses.add(keyOf(part), keyOf(target), at);
          usedBy.add(keyOf(target), keyOf(part), at);
        }
      }
    }
  }
  const wires = wiresOf(paths, facts, partOf);
  for (const { from, to, at } of wires) {
    if (!uses.has(keyOf(from), keyOf(to))) {
      uses.add(keyOf(from), keyOf(to), at, 0);
      usedBy.add(keyOf(to), keyOf(from), at, 0);
    }
  }
  return parts.map(part => {
    const said = part.loose ? undefined : statementOf(part.path);
    const [tested] = tests.of(keyOf(part));
    return {
      path: part.path,
      kind: part.kind,
      loose: part.loose,
      files: part.files.length,
      tokens: part.tokens,
      ...(said && { statement: said }),
      uses: uses.of(keyOf(part)),
      usedBy: usedBy.of(keyOf(part)),
      ...(tested && { tests: tested }),
      wiredBy: wires
        .filter(({ to }) => to === part)
        .map(({ at }) => at)
        .slice(0, maxWires),
    };
  });
}

/** A part's display path: folders end with a slash. */
export function keyOf({ path, kind, loose }: Pick<RepositoryPart, 'path' | 'kind' | 'loose'>): string {
  if (kind === 'file') return path;
  if (path === '') return './*';
  return loose ? `${path}/*` : `${path}/`;
}

class Links {
  readonly #links = new Map<string, Map<string, { references: number; at: Place }>>();

  add(from: string, to: string, at: Place, references = 1): void {
    const links = this.#links.get(from) ?? new Map<string, { references: number; at: Place }>();
    this.#links.set(from, links);
    const known = links.get(to);
    if (known === undefined) links.set(to, { references, at });
    else known.references += references;
  }

  has(from: string, to: string): boolean {
    return this.#links.get(from)?.has(to) ?? false;
  }

  of(from: string): PartLink[] {
    return [...(this.#links.get(from) ?? [])]
      .map(([part, link]) => ({ part, ...link }))
      .sort((one, other) => other.references - one.references)
      .slice(0, maxLinks);
  }
}

interface Wire {
  readonly from: RepositoryPart;
  readonly to: RepositoryPart;
  readonly at: Place;
}

/** Project files that name another project, where both are parts. */
function wiresOf(
  paths: readonly string[],
  { files }: RepositoryFacts,
  partOf: ReadonlyMap<string, RepositoryPart>,
): Wire[] {
  const byFolder = new Map<string, RepositoryPart>();
  for (const [file, part] of partOf) if (!byFolder.has(folderOf(file))) byFolder.set(folderOf(file), part);
  const found: Wire[] = [];
  for (const path of paths) {
    const from = partOf.get(path);
    for (const { text, line } of files.get(path)?.manifest?.links ?? []) {
      const target = text.startsWith(':')
        ? text.slice(1).replaceAll(':', '/')
        : joined(folderOf(path), text.replace(/\/[^/]+\.\w+proj$/, ''));
      const to =
        target === undefined
          ? undefined
          : (byFolder.get(target) ?? [...byFolder].find(([folder]) => folder.startsWith(`${target}/`))?.[1]);
      if (from !== undefined && to !== undefined && to !== from) found.push({ from, to, at: { path, line } });
    }
  }
  return found;
}
