/** Finds the routes that a file declares in common frameworks, each with its handler. */
import type { Definition } from './definition.ts';

export interface Route {
  /** `GET`; empty for any verb. */
  readonly verb: string;
  readonly path: string;
  readonly line: number;
  readonly handler: Definition;
}

const longestLine = 300;

/** Patterns that declare a route; groups: the verb if stated, the path. The handler follows or is named at the end. */
const routes: readonly RegExp[] = [
  /^\s*@(Get|Post|Put|Patch|Delete|Request)Mapping\b(?:\((?:(?:path|value) ?= ?)?\{? ?"([^"]*)")?/,
  /^\s*@(GET|POST|PUT|PATCH|DELETE)\b(?:\("([^"]*)"\))?/,
  /^\s*@\w+(?:\.\w+)?\.(route|get|post|put|patch|delete|websocket)\(\s*["'](\/[^"']*|)["']/,
  /\.(Map(?:Get|Post|Put|Patch|Delete))\(\s*"([^"]*)"/,
  /^\s*\[Http(Get|Post|Put|Patch|Delete)(?:\("([^"]*)"\))?/,
  /^\s*\[(Route)\("([^"]*)"/,
  /\b\w+\.(get|post|put|patch|delete|GET|POST|PUT|PATCH|DELETE|HandleFunc|Handle)\(\s*["'`](\/[^"'`]*)["'`]\s*,/,
  /\bRoute::(get|post|put|patch|delete|any|match)\(\s*['"]([^'"]*)['"]/,
  /^\s*(get|post|put|patch|delete) +['"](\/?[\w/:.-]*)['"]/,
];

/** Cheap test whether a file may declare routes at all. */
const hint =
  /Mapping\b|@(?:GET|POST|PUT|PATCH|DELETE)\b|\.(?:route|get|post|put|patch|delete|websocket|GET|POST|PUT|PATCH|DELETE|HandleFunc|Handle)\(\s*["'`]|\.Map(?:Get|Post|Put|Patch|Delete)\(|\[Http|\[Route|Route::|^[ \t]*(?:get|post|put|patch|delete) +['"]/m;
/** A variable with a group of routes that share a path. */
const group = /\b(\w+) *:?= *[\w.]+(?:\([^()]*\)\.\w+)?\.?(?:MapGroup|Group|group)\( *"([^"]*)"/;
const types = /^(?:class|interface|object|struct|module|record)$/;

/** @returns routes by line, without those whose handler the file does not define */
export function routesIn(
  text: string,
  lines: readonly string[],
  definitions: readonly Definition[],
): Route[] {
  if (!hint.test(text)) return [];
  const found: Route[] = [];
  /** Path prefixes: of a type's methods, and of a variable's routes. */
  const ofType = new Map<string, string>();
  const ofVariable = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine || !/[@.["']|Route/.test(line) || /^\s*(?:\/\/|#(?!\[)|\*)/.test(line))
      continue;
    const grouped = group.exec(line);
    if (grouped) ofVariable.set(grouped[1]!, (ofVariable.get(receiverOf(line)) ?? '') + grouped[2]!);
    const match = routes.map(route => route.exec(line)).find(one => one !== null);
    if (!match) continue;
    const isAbove = /^\s*[@[]/.test(line);
    const next = isAbove ? definitions.find(one => one.line > index && one.line <= index + 8) : undefined;
    if (next !== undefined && types.test(next.kind)) {
      ofType.set(next.name, match[2] ?? '');
      continue;
    }
    const handler = isAbove
      ? definitions.find(
          one => one.line > index && one.line <= index + 8 && /^(?:function|method)$/.test(one.kind),
        )
      : handlerNamed(line.slice(match.index + match[0].length), definitions);
    // Without a path the framework derives one that is not in the file.
    const hasPath = match[2] !== undefined || ofType.has(handler?.container ?? '');
    if (handler === undefined || !hasPath) continue;
    const verb = match[1]!.replace(/^Map/, '').toUpperCase();
    const isAny = /^(?:ROUTE|REQUEST|HANDLE|HANDLEFUNC|MATCH|ANY)$/.test(verb);
    const before = isAbove
      ? ofType.get(handler.container ?? '')
      : ofVariable.get(/(\w+)\.\w+\($/.exec(line.slice(0, line.indexOf('(', match.index) + 1))?.[1] ?? '');
    found.push({
      verb: isAny ? '' : verb,
      path: (before === undefined ? (match[2] ?? '') : joined(before, match[2] ?? '')) || '/',
      line: index + 1,
      handler,
    });
  }
  return found;
}

/** The variable that `= name.Group(` is called on. */
function receiverOf(line: string): string {
  return /= *(\w+)\./.exec(line)?.[1] ?? '';
}

function joined(before: string, path: string): string {
  if (path === '' || path === '/') return before;
  return `${before.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

/** The last argument that names a definition of the file. */
function handlerNamed(rest: string, definitions: readonly Definition[]): Definition | undefined {
  const names = [...rest.matchAll(/[A-Za-z_]\w*/g)].map(([name]) => name);
  return names
    .flatMap(
      name => definitions.find(one => one.name === name && /^(?:function|method)$/.test(one.kind)) ?? [],
    )
    .at(-1);
}
