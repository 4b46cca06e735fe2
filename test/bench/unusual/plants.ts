/** Plants one slip in a file: what people get wrong and compilers often let through. Works on text, for any language with C-like or Python-like calls. */
import { isName, lexemesOf } from '../../../server/names/words.ts';
import { Scanner } from '../../../server/source-text/scanner.ts';
import { languageOf } from '../../../server/workspace/language.ts';

export const slipKinds = [
  'variable',
  'arguments',
  'method',
  'operator',
  'import',
  'dropped',
  'copied',
] as const;
export type SlipKind = (typeof slipKinds)[number];

export interface Slip {
  readonly kind: SlipKind;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly was: string;
  readonly now: string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly now: string;
}

/**
 * @param uniform numbers in [0, 1)
 * @param imports paths that other files import
 * @returns nothing where the file has no place for such a slip
 */
export function plant(
  kind: SlipKind,
  path: string,
  text: string,
  imports: readonly string[],
  uniform: () => number,
): Slip | undefined {
  const code = codeMask(path, text);
  const edits = editsFor[kind](text, code, imports, uniform).filter(
    ({ start, end, now }) => text.slice(start, end) !== now && !text.slice(start, end).includes('\n'),
  );
  if (edits.length === 0) return undefined;
  const { start, end, now } = edits[Math.floor(uniform() * edits.length)]!;
  return {
    kind,
    text: text.slice(0, start) + now + text.slice(end),
    line: text.slice(0, start).split('\n').length,
    was: text.slice(start, end),
    now,
  };
}

/** 1 where a character is code, 0 in strings and comments. */
function codeMask(path: string, text: string): Uint8Array {
  const scanner = new Scanner(languageOf(path));
  const mask = new Uint8Array(text.length);
  // Marks that stand together open and close comments together.
  for (const { 0: chunk, index } of text.matchAll(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]+/gu)) {
    const before = scanner.kind;
    scanner.feed(chunk);
    if (before === 'code' && scanner.kind === 'code') mask.fill(1, index, index + chunk.length);
  }
  return mask;
}

type Finder = (text: string, code: Uint8Array, imports: readonly string[], uniform: () => number) => Edit[];

const declares =
  /\b(?:def|fn|func|function|class|struct|interface|type|import|from|use|package|require|namespace)\b/;

const editsFor: Readonly<Record<SlipKind, Finder>> = {
  variable: (text, code, _imports, uniform) => {
    const uses = variablesIn(text, code);
    return uses.flatMap(use => {
      const near = uses.filter(
        ({ name, line, capital }) =>
          name !== use.name && Math.abs(line - use.line) <= 12 && capital === use.capital,
      );
      const names = [...new Set(near.map(({ name }) => name))];
      if (names.length === 0) return [];
      return [{ start: use.start, end: use.end, now: names[Math.floor(uniform() * names.length)]! }];
    });
  },
  arguments: (text, code) =>
    matches(text, code, /[\w)]\(([\w.]+), ([\w.]+)(?=[,)])/g)
      .filter(({ line }) => !declares.test(line))
      .map(({ match, index }) => ({
        start: index + 2,
        end: index + match[0].length,
        now: `${match[2]}, ${match[1]}`,
      })),
  method: (text, code, _imports, uniform) => {
    const calls = matches(text, code, /([A-Za-z_]\w*)(\.|->|::)([A-Za-z_]\w*)(?=\()/g);
    return calls.flatMap(({ match, index }) => {
      const same = calls.filter(({ match: other }) => other[1] === match[1] && other[3] !== match[3]);
      const names = [...new Set(same.map(({ match: other }) => other[3]!))];
      if (names.length === 0) return [];
      const start = index + match[1]!.length + match[2]!.length;
      return [{ start, end: start + match[3]!.length, now: names[Math.floor(uniform() * names.length)]! }];
    });
  },
  operator: (text, code) =>
    operators.flatMap(([pattern, now]) =>
      matches(text, code, pattern).map(({ match, index }) => ({
        start: index,
        end: index + match[0].length,
        now: typeof now === 'string' ? now : now(match[0]),
      })),
    ),
  import: (text, _code, imports, uniform) => {
    const own = importsIn(text);
    const others = imports.filter(one => own.every(({ path }) => path !== one));
    return own.flatMap(({ start, path }) => {
      const alike = others.filter(one => one.startsWith('.') === path.startsWith('.'));
      if (alike.length === 0) return [];
      return [{ start, end: start + path.length, now: alike[Math.floor(uniform() * alike.length)]! }];
    });
  },
  dropped: (text, code) =>
    matches(text, code, /\bawait (?=\w)|\bnot (?!in\b)(?=\w)|(?<=[\s(&|])!(?=[\w(])/g).map(
      ({ match, index }) => ({
        start: index,
        end: index + match[0].length,
        now: '',
      }),
    ),
  copied: copiedLines,
};

const operators: readonly (readonly [RegExp, string | ((was: string) => string)])[] = [
  [/ <= /g, ' < '],
  [/(?<=\w) < (?=\w)/g, ' <= '],
  [/ >= /g, ' > '],
  [/(?<=\w) > (?=\w)/g, ' >= '],
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ and /g, ' or '],
  [/ or /g, ' and '],
  [/ \+ 1\b/g, ' - 1'],
  [/ - 1\b/g, ' + 1'],
  [/(?<=\[)\d(?=\])/g, was => String(Number(was) + 1)],
  [/(?<=[<>=] )[0-9]\b(?![.\w])/g, was => String(Number(was) + 1)],
];

interface Use {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly capital: boolean;
}

/** Names that stand for values: read, not called, not declared, no member. */
function variablesIn(text: string, code: Uint8Array): Use[] {
  return matches(text, code, /(?<![\w.$>:@])[A-Za-z_]\w+(?![\w(:]| *=[^=]| *:=)/g)
    .filter(({ match, line }) => isName(match[0]) && !declares.test(line))
    .map(({ match, index, number }) => ({
      name: match[0],
      start: index,
      end: index + match[0].length,
      line: number,
      capital: /^[A-Z]/.test(match[0]),
    }));
}

interface Found {
  readonly match: RegExpExecArray;
  readonly index: number;
  readonly line: string;
  readonly number: number;
}

/** Where a pattern matches code alone. */
function matches(text: string, code: Uint8Array, pattern: RegExp): Found[] {
  const found: Found[] = [];
  const lines = text.split('\n');
  let offset = 0;
  for (const [i, line] of lines.entries()) {
    for (const match of line.matchAll(pattern)) {
      const index = offset + match.index;
      const isCode = code.subarray(index, index + match[0].length).every(one => one === 1);
      if (isCode) found.push({ match: match as RegExpExecArray, index, line, number: i + 1 });
    }
    offset += line.length + 1;
  }
  return found;
}

/** Paths that a file imports, with where they stand: quoted after `from`, `import` or `require`, or dotted ones in Python and PHP, `::` in Rust. */
export function importsIn(text: string): { readonly start: number; readonly path: string }[] {
  const patterns = [
    /^\s*(?:import|export)\b[^'"\n]*['"]([^'"\n]+)['"]/gm,
    /\brequire\(['"]([^'"\n]+)['"]\)/g,
    /^\s*from ([\w.]+) import\b/gm,
    /^use ([\w:\\]+)/gm,
    /^\t"([\w./-]+\/[\w./-]+)"$/gm,
  ];
  return patterns.flatMap(pattern =>
    [...text.matchAll(pattern)].map(match => ({
      start: match.index + match[0].lastIndexOf(match[1]!),
      path: match[1]!,
    })),
  );
}

/** In the later of two like lines near each other, one name of several that differ is that of the earlier one. */
function copiedLines(text: string, code: Uint8Array): Edit[] {
  const lines = text.split('\n');
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const edits: Edit[] = [];
  for (let later = 1; later < lines.length; later++) {
    const ours = lexemesOf(lines[later]!);
    if (ours.length < 5 || code[starts[later]! + lines[later]!.length - 1] !== 1) continue;
    for (let earlier = Math.max(0, later - 3); earlier < later; earlier++) {
      const theirs = lexemesOf(lines[earlier]!);
      if (theirs.length !== ours.length) continue;
      const differing = ours.flatMap((one, i) => (one === theirs[i] ? [] : [i]));
      if (differing.length < 2 || !differing.every(i => isName(ours[i]!) && isName(theirs[i]!))) continue;
      for (const i of differing.slice(1)) {
        const start = starts[later]! + ours.slice(0, i).join('').length;
        edits.push({ start, end: start + ours[i]!.length, now: theirs[i]! });
      }
    }
  }
  return edits;
}
