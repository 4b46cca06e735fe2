/** Languages whose imports name declarations instead of files: a file's namespace, and the names it imports. */
import type { Import } from './definition.ts';

/** Longer lines are data. */
const longestLine = 400;

/** Whether a language imports declarations by name, wherever they are declared. */
export function importsNames(languageId: string): boolean {
  return Object.hasOwn(readers, languageId);
}

export interface Namespace {
  /** The dotted namespace or package of the file's declarations; `''` for the global one. */
  readonly name: string;
  readonly imports: readonly Import[];
}

interface Reader {
  /** Group 1: the name. */
  readonly namespace: RegExp;
  readonly imports: (line: string) => Omit<Import, 'line'>[];
}

const javaImport = /^import (?:static )?([\w.]+)(\.\*)?/;
const kotlinImport = /^import ([\w.`]+?)(\.\*)?(?: as (\w+))?;?$/;
const scalaImport = /^import ([\w.]+)\.(?:\{([^}]*)\}|([\w*]+))/;
const csharpUsing = /^(global )?using (?:static )?(?:(\w+) = )?([\w.]+);/;
const phpUse = /^use (?:function |const )?\\?([\w\\]+)(?:\{([^}]*)\})?(?: as (\w+))?;?/;

const readers: Readonly<Record<string, Reader>> = {
  java: { namespace: /^package ([\w.]+)/, imports: line => dotted(javaImport.exec(line)) },
  kotlin: { namespace: /^package ([\w.`]+)/, imports: line => dotted(kotlinImport.exec(line)) },
  groovy: { namespace: /^package ([\w.]+)/, imports: line => dotted(javaImport.exec(line)) },
  scala: {
    namespace: /^package ([\w.]+)/,
    imports: line => {
      const match = scalaImport.exec(line);
      if (!match) return [];
      const names = match[2]?.split(',').map(part => part.trim().split(/ ?=> ?| as /)[0]!) ?? [match[3]!];
      return names.map(name =>
        name === '_' || name === '*' ? { target: match[1]!, all: true } : { target: `${match[1]}.${name}` },
      );
    },
  },
  csharp: {
    namespace: /^namespace ([\w.]+)/,
    imports: line => {
      const match = csharpUsing.exec(line);
      if (!match) return [];
      const everywhere = match[1] !== undefined && { everywhere: true };
      return [{ target: match[3]!, ...everywhere, ...(match[2] === undefined && { all: true }) }];
    },
  },
  php: {
    namespace: /^namespace ([\w\\]+)/,
    imports: line => {
      const match = phpUse.exec(line);
      if (!match) return [];
      const target = match[1]!.replaceAll('\\', '.');
      if (match[2] === undefined) return [{ target, ...(match[3] !== undefined && { as: match[3] }) }];
      return match[2]
        .split(',')
        .map(part => ({ target: target + part.trim().split(' as ')[0]!.replaceAll('\\', '.') }));
    },
  },
};

function dotted(match: RegExpExecArray | null): Omit<Import, 'line'>[] {
  if (!match) return [];
  const target = match[1]!.replaceAll('`', '');
  return [
    { target, ...(match[2] !== undefined && { all: true }), ...(match[3] !== undefined && { as: match[3] }) },
  ];
}

/** @param text the whole file, with comments: declarations start their lines */
export function namespaceOf(languageId: string, text: string): Namespace | undefined {
  if (!importsNames(languageId)) return undefined;
  const { namespace, imports } = readers[languageId]!;
  const found: Import[] = [];
  let name = '';
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    if (raw.length > longestLine) continue;
    const line = raw.trim().replace(/ {2,}/g, ' ');
    if (name === '') name = namespace.exec(line)?.[1]?.replaceAll('\\', '.').replaceAll('`', '') ?? '';
    const inner = languageId === 'csharp' && name !== '' && { inner: true };
    for (const one of imports(line)) found.push({ ...one, ...inner, line: number });
  }
  return { name, imports: found };
}
