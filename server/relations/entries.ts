/**
 * Finds entry points: programs by manifests, `main` functions and frameworks; routes and commands by their
 * declarations.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { packageFolders } from '../analysis/supporting.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Definition } from '../syntax/definition.ts';
import { baseName, depth } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';
import { sourceOfEntry } from './sources.ts';

export interface Entry {
  readonly kind: 'program' | 'route';
  readonly title: string;
  readonly path: string;
  readonly line: number;
  /** A script or program beside the project's own: a benchmark, an example, a tool. */
  readonly beside?: boolean;
  /** The code that runs; without it, the whole file from top to bottom. */
  readonly definition?: Definition;
}

const maxPrograms = 12;
/** Programs shown beside the project's own. */
export const maxBeside = 3;
const maxRoutes = 60;
const longestLine = 300;

/** Annotations of classes that a framework starts. */
const started =
  /^\s*(?:@(SpringBootApplication|QuarkusMain|HiltAndroidApp|MicronautApplication|main|UIApplicationMain|NSApplicationMain)\b)/;
export function entriesOf(
  paths: readonly string[],
  facts: RepositoryFacts,
  textOf: (path: string) => string | undefined,
): Entry[] {
  const own = paths.filter(path => {
    const { code, aside } = facts.files.get(path)!;
    return (
      code &&
      (aside === undefined || aside === 'configuration') &&
      facts.ranked.supportingOf(path) === undefined
    );
  });
  const found = new Map<string, Entry>();
  const add = (entry: Entry): void => {
    const known = found.get(entry.path);
    if (known === undefined || (known.definition === undefined && entry.definition !== undefined))
      found.set(entry.path, entry);
  };
  const known = new Set(paths);
  for (const path of paths) {
    const manifest = facts.files.get(path)!.manifest;
    if (manifest === undefined || facts.ranked.supportingOf(path) !== undefined) continue;
    for (const { text, role, line } of manifest.entries) {
      if (role === 'entry point') continue;
      const source = sourceOfEntry(folderOf(path), text, known);
      if (source !== undefined && facts.files.get(source)?.code)
        add({ kind: 'program', title: `${source} — ${role} in ${path}:${line}`, path: source, line: 1 });
    }
  }
  for (const path of paths) for (const entry of launched(path, facts, textOf)) add(entry);
  const declared: Entry[] = [];
  for (const path of own) {
    if (facts.files.get(path)!.aside !== undefined) continue;
    const main = mainOf(path, facts);
    if (main !== undefined) add(main);
    const text = textOf(path);
    if (text === undefined) continue;
    const script = main === undefined ? scriptIn(path, text, facts) : undefined;
    if (script !== undefined) add(script);
    const annotated = startedIn(path, text, facts);
    if (annotated !== undefined) add(annotated);
    if (declared.length < maxRoutes)
      for (const { verb, path: route, line, handler } of facts.files.get(path)!.routes)
        declared.push({
          kind: 'route',
          title: `${verb} ${route} — ${handler.name}`.trim(),
          path,
          line,
          definition: handler,
        });
  }
  const programs = [...found.values()]
    .map(entry => (isBeside(entry) ? { ...entry, beside: true } : entry))
    .sort(
      (one, other) =>
        Number(one.beside ?? false) - Number(other.beside ?? false) ||
        depth(one.path, '') - depth(other.path, ''),
    );
  return [...programs.slice(0, maxPrograms), ...declared.slice(0, maxRoutes)];
}

function isBeside({ path, title }: Entry): boolean {
  const shown = path.replace(packageFolders, '$1$2/');
  return (
    /(^|\/)(?:bench\w*|metrics|perf\w*|examples?|samples?|demos?|tools?|scripts?|hack|misc|contrib|extras?|gen)\//i.test(
      shown,
    ) ||
    /(?:benchmark|example|demo)s?\.\w+$/i.test(path) ||
    (title.endsWith(runAsScript) && path.includes('/'))
  );
}

const runAsScript = 'run as a script';
/** The condition for the lines that run when a file is started, not imported. */
const startedItself: Readonly<Record<string, RegExp>> = {
  python: /^if\s+\(?__name__\s*==\s*['"]__main__['"]/,
  ruby: /^if\s+(?:__FILE__\s*==\s*\$(?:0|PROGRAM_NAME)|\$(?:0|PROGRAM_NAME)\s*==\s*__FILE__)/,
  perl: /\bunless\s+caller\b|^exit\s+main\b|^main\(.*\)/,
  javascript: /^if\s*\(\s*(?:require\.main\s*===?\s*module|import\.meta\.main\b|import\.meta\.url\s*===?)/,
  php: /^if\s*\(.*\$argv\[0\]/,
};

/** A file that is started itself: it asks whether it is, or has a `#!` line and a document that names it. */
function scriptIn(path: string, text: string, { files, documents }: RepositoryFacts): Entry | undefined {
  const { id } = languageOf(path);
  const asks = startedItself[/^(?:javascript|typescript)/.test(id) ? 'javascript' : id];
  const at =
    asks === undefined
      ? -1
      : text.split('\n').findIndex(line => line.length <= longestLine && asks.test(line));
  if (at >= 0) return { kind: 'program', title: `${path} — ${runAsScript}`, path, line: at + 1 };
  if (
    !/^#!.*\b(?:sh|bash|zsh|python[\d.]*|ruby|perl|node|php|lua|Rscript)\b/.test(text.slice(0, longestLine))
  )
    return undefined;
  const names = new RegExp(`(?:^|[\\s./])${baseName(path).replaceAll(/[^\w]/g, '\\$&')}(?:\\s|$)`);
  const isNamed =
    (documents.statements.get(path)?.path ?? path) !== path ||
    documents.commands.some(({ command }) => names.test(command));
  const main = files.get(path)!.definitions.find(({ name, kind }) => name === 'main' && kind === 'function');
  return isNamed
    ? { kind: 'program', title: `${path} — ${runAsScript}`, path, line: main?.line ?? 1 }
    : undefined;
}

/** The activity that Android launches from its icon. */
function launched(
  path: string,
  { files, ranked }: RepositoryFacts,
  textOf: (path: string) => string | undefined,
): Entry[] {
  if (baseName(path) !== 'AndroidManifest.xml' || ranked.supportingOf(path) !== undefined) return [];
  const text = textOf(path) ?? '';
  const found: Entry[] = [];
  for (const activity of text.split('<activity').slice(1)) {
    const name = /android:name="[\w.]*?(\w+)"/.exec(activity.slice(0, 2000))?.[1];
    if (name === undefined || !activity.includes('android.intent.category.LAUNCHER')) continue;
    for (const file of files.values()) {
      if (
        !/\.(?:kt|java)$/.test(file.path) ||
        ranked.supportingOf(file.path) !== undefined ||
        baseName(file.path).replace(/\.\w+$/, '') !== name
      )
        continue;
      const definition = file.definitions.find(one => one.name === 'onCreate');
      found.push({
        kind: 'program',
        title: `${file.path} — started by ${path}`,
        path: file.path,
        line: definition?.line ?? 1,
        ...(definition && { definition }),
      });
    }
  }
  return found;
}

/** The language's own entry point. */
function mainOf(path: string, { files }: RepositoryFacts): Entry | undefined {
  const { id } = languageOf(path);
  const name = baseName(path);
  const { definitions } = files.get(path)!;
  const definition = definitions.find(
    one => /^(?:main|Main)$/.test(one.name) && /^(?:function|method)$/.test(one.kind),
  );
  const isMain =
    id === 'rust'
      ? definition?.container === undefined && /(^|\/)(?:main\.rs$|bin\/)/.test(path)
      : id === 'python'
        ? name === '__main__.py'
        : id === 'csharp'
          ? name === 'Program.cs' || definition !== undefined
          : id === 'swift'
            ? name === 'main.swift'
            : /^(?:go|c|cpp|java|kotlin|dart|zig|scala)$/.test(id) &&
              definition !== undefined &&
              (definition.container === undefined || id === 'java');
  if (!isMain) return undefined;
  const line = definition?.line ?? 1;
  return { kind: 'program', title: `${path} — main`, path, line, ...(definition && { definition }) };
}

function startedIn(path: string, text: string, { files }: RepositoryFacts): Entry | undefined {
  if (!/^(?:java|kotlin|swift|objective-c|scala)$/.test(languageOf(path).id)) return undefined;
  const lines = text.split('\n');
  const at = lines.findIndex(line => line.length <= longestLine && started.test(line));
  if (at < 0) return undefined;
  const name = started.exec(lines[at]!)![1]!;
  const { definitions } = files.get(path)!;
  const type = definitions.find(({ line }) => line > at);
  const inside = definitions.find(
    one => one.container === type?.name && /^(?:main|onCreate|application|body|init)$/.test(one.name),
  );
  return {
    kind: 'program',
    title: `${path} — @${name}`,
    path,
    line: at + 1,
    ...(inside && { definition: inside }),
  };
}
