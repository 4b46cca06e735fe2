/** Function bodies to be written again: the comment above and the signature stay. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import type { EvaluatedFile } from '../../../server/evaluation/lines.ts';
import { packagedFiles } from '../../../server/syntax/grammars.ts';

export interface Body {
  readonly file: EvaluatedFile;
  /** Up to the opening brace. */
  readonly before: string;
  /** From the line break behind it to the closing brace. */
  readonly expected: string;
  readonly after: string;
}

/** Lines of a body, braces aside. */
const fewestLines = 2;
const mostLines = 12;

/** A function's first line, by the name of a file. Only languages with braces, whose bodies end without doubt. */
const heads: readonly { readonly files: RegExp; readonly grammar: string; readonly head: RegExp }[] = [
  {
    files: /\.(?:[cm]?ts|tsx)$/,
    grammar: 'tsx',
    head: /^\s*(?:export\s+)?(?:async\s+)?(?:function\b.*|(?:(?:public|private|protected|static|async)\s+)*[a-zA-Z]\w*\([^)]*\)[^={]*)\{$/,
  },
  { files: /\.[cm]?jsx?$/, grammar: 'javascript', head: /^\s*(?:export\s+)?(?:async\s+)?function\b.*\{$/ },
  { files: /\.go$/, grammar: 'go', head: /^func\b.*\{$/ },
  { files: /\.rs$/, grammar: 'rust', head: /^\s*(?:pub(?:\([^)]*\))?\s+)?fn\b.*\{$/ },
];
const notHeads = /^\s*(?:if|for|while|switch|catch|else|do|return)\b/;

export function bodiesOf(file: EvaluatedFile): Body[] {
  const language = heads.find(one => one.files.test(file.path));
  if (language === undefined || /\btests?\b|\.test\.|_test\.|spec/.test(file.path)) return [];
  const lines = file.text.split('\n');
  return lines.flatMap((line, at): Body[] => {
    const isCommented = /^\s*(?:\/\/|\*\/|\*)/.test(lines[at - 1] ?? '');
    if (!isCommented || !language.head.test(line) || notHeads.test(line)) return [];
    const indent = /^\s*/.exec(line)![0];
    const end = lines.findIndex((other, index) => index > at && other === `${indent}}`);
    const count = end - at - 1;
    if (count < fewestLines || count > mostLines) return [];
    return [
      {
        file,
        before: lines.slice(0, at + 1).join('\n'),
        expected: `\n${lines.slice(at + 1, end + 1).join('\n')}`,
        after: `\n${lines.slice(end + 1).join('\n')}`,
      },
    ];
  });
}

/** Tells whether files have no more errors of syntax than before. */
export class Checker {
  readonly #parser = new Parser();
  readonly #languages = new Map<string, Language>();

  static async open(): Promise<Checker> {
    const { runtime } = packagedFiles(path.join(import.meta.dirname, '../../../node_modules'));
    await Parser.init({ wasmBinary: await readFile(runtime) });
    return new Checker();
  }

  async parses(file: string, text: string): Promise<boolean> {
    const grammar = heads.find(one => one.files.test(file))!.grammar;
    const { grammars } = packagedFiles(path.join(import.meta.dirname, '../../../node_modules'));
    const language =
      this.#languages.get(grammar) ??
      (await Language.load(await readFile(path.join(grammars, `tree-sitter-${grammar}.wasm`))));
    this.#languages.set(grammar, language);
    this.#parser.setLanguage(language);
    const tree = this.#parser.parse(text);
    const hasError = tree?.rootNode.hasError ?? true;
    tree?.delete();
    return !hasError;
  }
}
