/**
 * Definitions and imports of a file. Definitions come from tree-sitter where there is a grammar; otherwise, and for all
 * imports, from line patterns for each family of languages. Patterns see one line at a time and match only the top
 * level, so that they are fast, bounded, and wrong in obvious ways.
 */
import { folderOf } from '../protocol/folders.ts';
import { languageOfText } from '../workspace/language.ts';
import { braceOutline, hasBraceOutline } from './brace-outline.ts';
import { codeLines, codeText } from './code-text.ts';
import type { Definition, Import } from './definition.ts';
import type { Grammars } from './grammars.ts';
import { namespaceOf } from './namespaces.ts';
import { baseName } from './paths.ts';
import { pythonImports } from './python-imports.ts';
import { rubyImports } from './ruby-imports.ts';
import { rustUses } from './rust-uses.ts';

interface Patterns {
  /** Groups `name` and `kind`; `exported` if the language marks it. */
  readonly definitions: readonly RegExp[];
  /** Group `target`; or a function over the whole file for imports that span lines. */
  readonly imports: readonly RegExp[] | ((text: string) => Import[]);
  /** For languages where visibility is not a keyword. */
  readonly exported?: (name: string) => boolean;
}

const script: Patterns = {
  definitions: [
    /^(?<exported>export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?<kind>function|class|interface|enum|namespace)\b\*?\s+(?<name>[A-Za-z_$][\w$]*)/,
    /^(?<exported>export\s+)?(?:declare\s+)?(?<kind>type)\s+(?<name>[A-Za-z_$][\w$]*)\s*[<=]/,
    /^(?<exported>export\s+)(?:declare\s+)?(?<kind>const|let|var)\s+(?<name>[A-Za-z_$][\w$]*)/,
    /^(?<kind>const|let|var)\s+(?<name>[A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*=>|\w+\s*=>|class\b)/,
    /^(?<exported>(?:exports\s*=\s*)?module\.exports)\s*=\s*(?:async\s+)?(?<kind>function|class)\b\*?\s*(?<name>[A-Za-z_$][\w$]*)/,
    /^(?<exported>(?:exports\s*=\s*)?module\.)(?<name>exports)\s*=\s*(?:async\s+)?(?<kind>function|class)\b/,
    /^(?<exported>export)\s+(?<name>default)\s+(?:async\s+)?(?<kind>function|class)\b\*?\s*[({]/,
    /^(?<exported>(?:module\.)?exports)\.(?<name>[A-Za-z_$][\w$]*)\s*=\s*(?<kind>async function|function|class)?/,
  ],
  imports: [
    /\bfrom\s*['"](?<target>[^'"]+)['"]/,
    /^\s*import\s*['"](?<target>[^'"]+)['"]/,
    /\b(?:require|import)\(\s*['"](?<target>[^'"]+)['"]\s*\)/,
  ],
};

const java: Patterns = {
  definitions: [
    /^(?:@\w+(?:\([^)]*\))?\s+)*(?<exported>public\s+|open\s+|internal\s+)?(?:(?:private|protected|static|final|abstract|sealed|partial|data|inline|value|inner|case|readonly|unsafe|fileprivate|indirect)\s+)*(?<kind>class|interface|enum class|enum|record|object|struct|trait|protocol|extension|mixin|actor|@interface|annotation class)\s+(?<name>[A-Za-z_]\w*)/,
    /^(?<exported>public\s+)?(?:(?:private|internal|suspend|inline|static|async|override)\s+)*(?<kind>fun|func|def)\s+(?:<[^>]+>\s*)?(?<name>[A-Za-z_]\w*)\s*[(<]/,
  ],
  imports: [],
  exported: () => true,
};

const c: Patterns = {
  definitions: [
    /^(?:typedef\s+)?(?<kind>struct|class|enum class|enum|union|namespace)\s+(?:[A-Z_]+\s+)?(?<name>[A-Za-z_]\w*)\s*(?:final\s*)?(?::[^;]*)?\{?\s*$/,
    /^#\s*(?<kind>define)\s+(?<name>[A-Z][A-Z0-9_]{3,})\s+\S/,
    // One class for everything before the name: parts that can split in many ways take exponential time.
    /^(?!return\b|else\b|typedef\b|using\b|static\b|if\b|for\b|while\b|switch\b|case\b|goto\b|delete\b|throw\b)(?<kind>)[A-Za-z_][\w:<>,*&\s]*[\s*&](?<name>[A-Za-z_~][\w:~]*)\s*\([^;]*$/,
  ],
  imports: [/^\s*#\s*include\s*"(?<target>[^"]+)"/, /^\s*#\s*include\s*<(?<target>[^>]+\/[^>]+)>/],
  exported: () => true,
};

const languages: Readonly<Record<string, Patterns>> = {
  typescript: script,
  typescriptreact: script,
  javascript: script,
  javascriptreact: script,
  vue: script,
  svelte: script,
  python: {
    definitions: [
      /^(?:async\s+)?(?<kind>def|class)\s+(?<name>[A-Za-z_]\w*)/,
      /^(?<kind>)(?<name>[A-Z][A-Z0-9_]{2,})\s*(?::[^=]+)?=\s/,
    ],
    imports: pythonImports,
    exported: name => !name.startsWith('_'),
  },
  go: {
    definitions: [
      /^func\s+(?<kind>\()[^)]*\)\s*(?<name>[A-Za-z_]\w*)/,
      /^(?<kind>func)\s+(?<name>[A-Za-z_]\w*)/,
      /^(?<kind>type|const|var)\s+(?<name>[A-Za-z_]\w*)/,
    ],
    imports: [/^\s*(?:import\s+)?(?:(?<as>[\w.]+)\s+)?"(?<target>[\w./-]+)"\s*(?:\/\/.*)?$/],
    exported: name => /^[A-Z]/.test(name),
  },
  rust: {
    definitions: [
      /^(?<exported>pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:const\s+|async\s+|unsafe\s+|extern\s+"[^"]*"\s+)*(?<kind>fn|struct|enum|trait|type|union|static|const)\s+(?:mut\s+)?(?<name>[A-Za-z_]\w*)/,
      /^(?<exported>)(?<kind>macro_rules!)\s+(?<name>[A-Za-z_]\w*)/,
    ],
    imports: rustUses,
  },
  java,
  kotlin: java,
  scala: java,
  csharp: java,
  swift: java,
  dart: { ...java, imports: [/^(?:import|export|part)\s+['"](?<target>[^'"]+)['"]/] },
  groovy: java,
  c,
  cpp: c,
  'cuda-cpp': c,
  'objective-c': c,
  ruby: {
    definitions: [/^\s{0,2}(?<kind>class|module|def)\s+(?:self\.)?(?<name>[A-Za-z_]\w*[?!]?)/],
    imports: rubyImports,
    exported: () => true,
  },
  php: {
    definitions: [
      /^(?:(?:abstract|final|readonly)\s+)*(?<kind>class|interface|trait|enum|function)\s+(?<name>[A-Za-z_]\w*)/,
    ],
    imports: [/\b(?:require|include)(?:_once)?\s*\(?\s*(?:__DIR__\s*\.\s*)?['"](?<target>[^'"]+)['"]/],
    exported: () => true,
  },
  lua: {
    definitions: [/^(?<kind>function)\s+(?:[\w.]+[.:])?(?<name>[A-Za-z_]\w*)/],
    imports: [/\brequire\s*\(?\s*['"](?<target>[^'"]+)['"]/],
    exported: () => true,
  },
  elixir: {
    definitions: [/^\s{0,2}(?<kind>defmodule|def|defmacro|defprotocol)\s+(?:[\w.]+\.)?(?<name>[A-Za-z_]\w*)/],
    imports: [/^\s*(?:alias|import|use|require)\s+(?<target>[A-Z][\w.]*)/],
    exported: () => true,
  },
  perl: {
    definitions: [/^(?<kind>sub|package)\s+(?:\w+::)?(?<name>[A-Za-z_]\w*)/],
    imports: [/^\s*(?:use|require)\s+(?<target>[A-Z][\w:]*)/],
    exported: () => true,
  },
  haskell: {
    definitions: [
      /^(?<kind>data|newtype|type|class)\s+(?:[^=]{1,80}=>\s*)?(?<name>[A-Z]\w*)/,
      /^(?<kind>)(?<name>[a-z_][\w']*)\s+::\s/,
    ],
    imports: [/^import\s+(?:qualified\s+)?(?<target>[A-Z][\w.]*)/],
    exported: () => true,
  },
  shellscript: {
    definitions: [/^(?:function\s+)?(?<kind>)(?<name>[A-Za-z_][\w:-]*)\s*\(\)/],
    imports: [/^\s*(?:source|\.)\s+"?(?<target>[^\s";]+)/],
    exported: () => true,
  },
  terraform: {
    definitions: [
      /^(?<kind>resource|data)\s+"(?<container>[^"]+)"\s+"(?<name>[^"]+)"/,
      /^(?<kind>variable|output|module|provider)\s+"(?<name>[^"]+)"/,
    ],
    imports: [/^\s*source\s*=\s*"(?<target>\.[^"]*)"/],
    exported: () => true,
  },
  sql: {
    definitions: [
      /^\s*create\s+(?:or\s+replace\s+)?(?:temporary\s+|temp\s+|unlogged\s+|materialized\s+|unique\s+)?(?<kind>table|view|function|procedure|trigger|type|schema)\s+(?:if\s+not\s+exists\s+)?(?:[\w"`[\]]+\.)?["`[]?(?<name>[A-Za-z_]\w*)/i,
    ],
    imports: [],
    exported: () => true,
  },
  zig: {
    definitions: [
      /^(?<exported>pub )?(?<kind>fn)\s+(?<name>[A-Za-z_]\w*)/,
      /^(?<exported>pub )?(?<kind>const)\s+(?<name>[A-Za-z_]\w*)\s*=/,
    ],
    imports: [/@import\("(?<target>[^"]+\.zig)"\)/],
  },
  proto: {
    definitions: [/^(?<kind>message|service|enum)\s+(?<name>[A-Za-z_]\w*)/],
    imports: [/^import\s+(?:public\s+)?"(?<target>[^"]+)"/],
    exported: () => true,
  },
};

const patterns: ReadonlyMap<string, Patterns> = new Map(Object.entries(languages));

/** Generated files can have any number of definitions; a summary needs no more than these. */
const maxDefinitions = 400;

/** In characters: longer lines are data and are skipped. */
const longestLine = 400;

export interface Outline {
  readonly definitions: readonly Definition[];
  readonly imports: readonly Import[];
  /** For languages whose files declare one. */
  readonly namespace?: string;
}

/** @param grammars with the file's language loaded; without it, line patterns only */
export function outline(path: string, text: string, grammars?: Grammars): Outline {
  const { id } = languageOfText(path, text);
  const found =
    grammars?.definitionsOf(id, text) ?? (hasBraceOutline(id) ? braceOutline(id, text) : undefined);
  const { definitions, imports } = outlineByPatterns(path, text, found === undefined);
  const namespace = namespaceOf(id, text);
  const goPackage = id === 'go' ? /^package[ \t]+(\w+)/m.exec(text)?.[1] : undefined;
  return {
    definitions: (found ?? definitions).map(one => named(one, path)),
    imports: [...(namespace?.imports ?? []), ...imports],
    ...(namespace && { namespace: namespace.name }),
    ...(goPackage !== undefined && { namespace: goPackage }),
  };
}

/** What a script exports without a name is called like its file, or its folder if that is an index. */
function named(definition: Definition, path: string): Definition {
  if (!/^(?:exports|default)$/.test(definition.name) || definition.container !== undefined) return definition;
  const stem = baseName(path).replace(/\..*$/, '');
  const name = stem === 'index' ? baseName(folderOf(path)) || stem : stem;
  return {
    ...definition,
    name: name.replace(/[^\p{L}\p{N}_$]+(\p{L}?)/gu, (_, next: string) => next.toUpperCase()),
  };
}

/** @param hasDefinitions whether to look for definitions, besides imports */
function outlineByPatterns(path: string, text: string, hasDefinitions: boolean): Outline {
  const language = languageOfText(path, text);
  const { id } = language;
  const found: { definitions: Definition[]; imports: Import[] } = { definitions: [], imports: [] };
  const rules = patterns.get(id);
  if (rules === undefined) return found;
  const lineImports = typeof rules.imports === 'function' ? [] : rules.imports;
  if (typeof rules.imports === 'function')
    found.imports = rules.imports(id === 'python' ? codeText(text, language) : text);
  const definitions = hasDefinitions ? rules.definitions : [];
  if (definitions.length === 0 && lineImports.length === 0) return found;
  const seen = new Set<string>();
  /** The text without comments, once it is asked for. */
  let code: readonly string[] | undefined;
  let line = 0;
  for (const content of text.split('\n')) {
    line++;
    if (content.length > longestLine) continue;
    for (const rule of definitions) {
      const groups = rule.exec(content)?.groups;
      const name = groups?.['name'];
      if (name === undefined) continue;
      if (!seen.has(name) && found.definitions.length < maxDefinitions) {
        seen.add(name);
        const kind = groups?.['kind']?.trim() || 'function';
        const exported = rules.exported ? rules.exported(name) : groups?.['exported'] !== undefined;
        const type = groups?.['container'];
        found.definitions.push({
          // Terraform identifies a resource by type and name.
          name: type === undefined ? name : `${type}.${name}`,
          kind: readableKinds.get(kind.toLowerCase()) ?? kind.toLowerCase(),
          line,
          exported,
        });
      }
      break;
    }
    for (const rule of lineImports) {
      const match = rule.exec(content);
      const groups = match?.groups;
      const target = groups?.['target'];
      if (target === undefined) continue;
      // Types and examples in comments are no imports.
      code ??= codeLines(text, language);
      const start = match!.index + match![0].search(/\S/);
      // Go lists its imports as bare strings, which are blank in code, too.
      if (!/["'`]/.test(content[start]!) && code[line - 1]?.[start] !== content[start]) continue;
      const as = groups?.['as'];
      found.imports.push({ target, line, ...(as !== undefined && as !== 'import' && { as }) });
      break;
    }
  }
  return found;
}

const readableKinds: ReadonlyMap<string, string> = new Map([
  ['def', 'function'],
  ['fn', 'function'],
  ['fun', 'function'],
  ['func', 'function'],
  // The receiver of a Go method.
  ['(', 'method'],
  ['const', 'constant'],
  ['let', 'variable'],
  ['var', 'variable'],
  ['define', 'macro'],
  ['macro_rules!', 'macro'],
  ['defmodule', 'module'],
  ['sub', 'function'],
]);
