/** Definitions by tree-sitter, with WebAssembly grammars loaded on the first file of their language. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Language, type Node, Parser, Query, type Tree } from 'web-tree-sitter';
import type { Definition } from './definition.ts';
import { type Grammar, grammars } from './definition-queries.ts';

/** Larger files are data or generated; line patterns suffice for them. */
const maxCharacters = 400_000;
/** Depth of the tree that is searched for definitions: methods of classes in nested namespaces are at most this deep. */
const deepest = 7;
const maxDefinitions = 1000;
/**
 * Searching a tree takes time quadratic in its depth, wherever the search may start, and in the length of a stretch that does not parse. Code
 * that someone wrote is not like that.
 */
const deepestNesting = 1000;
const longestError = 1000;
/** Characters between the places at which the depth is measured: a deeper tree spans more. */
const measuredEvery = 1000;

interface Loaded {
  readonly grammar: Grammar;
  readonly language: Language;
  readonly query: Query;
}

export class Grammars {
  readonly #files: WasmFiles;
  readonly #parser: Parser;
  /** By grammar; undefined for one that failed to load. */
  readonly #loaded = new Map<string, Loaded | undefined>();

  private constructor(files: WasmFiles, parser: Parser) {
    this.#files = files;
    this.#parser = parser;
  }

  /** @returns undefined when the grammars are missing or WebAssembly does not work: outlines then use line patterns */
  static async open(files = installedFiles()): Promise<Grammars | undefined> {
    try {
      await Parser.init({ wasmBinary: await readFile(files.runtime) });
      return new Grammars(files, new Parser());
    } catch {
      return undefined;
    }
  }

  /** Loads a language. False if there is no grammar for it. */
  async load(languageId: string): Promise<boolean> {
    const grammar = grammars[languageId];
    if (grammar === undefined) return false;
    if (!this.#loaded.has(languageId)) {
      const loaded = await this.#fetch(grammar).catch(() => undefined);
      this.#loaded.set(languageId, loaded);
    }
    return this.#loaded.get(languageId) !== undefined;
  }

  /** @returns undefined for a language that is not loaded, for text whose tree takes too long to search, or if the parser gives up */
  definitionsOf(languageId: string, text: string): Definition[] | undefined {
    const loaded = this.#loaded.get(languageId);
    if (loaded === undefined || text.length > maxCharacters) return undefined;
    try {
      this.#parser.setLanguage(loaded.language);
      const tree = this.#parser.parse(text);
      if (tree === null) return undefined;
      try {
        if (isTooSlow(tree, text.length)) return undefined;
        const matches = loaded.query.matches(tree.rootNode, {
          maxStartDepth: loaded.grammar.deepest ?? deepest,
        });
        return definitionsIn(matches, loaded.grammar, text);
      } finally {
        tree.delete();
      }
    } catch {
      // A crash in the parser falls back to line patterns.
      return undefined;
    }
  }

  async #fetch(grammar: Grammar): Promise<Loaded> {
    const language = await Language.load(
      await readFile(path.join(this.#files.grammars, grammarFile(grammar.name))),
    );
    return { grammar, language, query: new Query(language, grammar.query) };
  }
}

function isTooSlow(tree: Tree, length: number): boolean {
  const { hasError } = tree.rootNode;
  const cursor = tree.walk();
  const isLongError = (): boolean =>
    cursor.nodeType === 'ERROR' && cursor.currentNode.childCount > longestError;
  try {
    for (let at = 0; at < length + measuredEvery; at += measuredEvery) {
      cursor.reset(tree.rootNode);
      let depth = 0;
      do if (++depth > deepestNesting || (hasError && isLongError())) return true;
      while (cursor.gotoFirstChildForIndex(Math.min(at, length - 1)));
    }
    return false;
  } finally {
    cursor.delete();
  }
}

function definitionsIn(
  matches: ReturnType<Query['matches']>,
  grammar: Grammar,
  source: string,
): Definition[] {
  const exportedApart = new Set<string>();
  const found: (Definition & { readonly start: number; readonly end: number })[] = [];
  const seen = new Set<number>();
  // The first matching pattern wins.
  for (const { captures } of [...matches].sort((one, other) => one.patternIndex - other.patternIndex)) {
    if (captures[0]?.name === 'exported') exportedApart.add(captures[0].node.text);
    const name = captures.find(capture => capture.name === 'name')?.node;
    const whole = captures.find(capture => !parts.has(capture.name));
    if (name === undefined || whole === undefined || seen.has(name.id) || found.length >= maxDefinitions)
      continue;
    seen.add(name.id);
    const written = source.slice(name.startIndex, name.endIndex);
    const { scope, text } = written.includes('::') ? qualified(name) : { scope: undefined, text: written };
    const container = captures.find(capture => capture.name === 'container')?.node.text ?? scope;
    if (!/^[\p{L}_$~][\p{L}\p{N}_$~!?=]*$/u.test(text)) continue;
    const own = grammar.named?.(whole.node, text) ?? text;
    found.push({
      name: own,
      kind: whole.name,
      // In C, a typedef's name comes last.
      line:
        (whole.name === 'type' && whole.node.type === 'type_definition' ? whole.node : name).startPosition
          .row + 1,
      endLine: whole.node.endPosition.row + 1,
      exported: grammar.exported(whole.node, own, source),
      ...(container !== undefined && { container }),
      start: whole.node.startIndex,
      end: whole.node.endIndex,
    });
  }
  found.sort((left, right) => left.start - right.start || right.end - left.end);
  const open: typeof found = [];
  return found.map(({ start, end, ...definition }) => {
    while (open.length > 0 && open.at(-1)!.end < end) open.pop();
    const container =
      definition.container ?? open.findLast(outer => outer.start < start && types.has(outer.kind))?.name;
    open.push({ ...definition, start, end });
    return {
      ...definition,
      exported: definition.exported || exportedApart.has(definition.name),
      ...(container !== undefined && { container }),
    };
  });
}

/** Splits a qualified C++ or Ruby name: `Cart` and `total` of `shop::Cart<Item>::total`. */
function qualified(written: Node): { readonly scope: string | undefined; readonly text: string } {
  let [name, scope]: [Node, Node | null] = [written, null];
  while (name.type === 'qualified_identifier' || name.type === 'scope_resolution') {
    scope = name.childForFieldName('scope');
    name = name.childForFieldName('name') ?? name.lastNamedChild!;
  }
  return { scope: (scope?.childForFieldName('name') ?? scope)?.text, text: name.text.replace(/^.*::/, '') };
}

/** Captures other than the definition itself. */
const parts = new Set(['name', 'container', 'exported']);

/** Kinds of definitions that have members. */
const types = new Set(['class', 'interface', 'struct', 'enum', 'record', 'trait', 'module', 'namespace']);

export interface WasmFiles {
  /** The parser's WebAssembly file. */
  readonly runtime: string;
  /** The folder with one file per grammar. */
  readonly grammars: string;
}

/** In node_modules for the sources; beside the bundle in `dist/`. */
function installedFiles(): WasmFiles {
  const here = import.meta.dirname;
  return import.meta.url.endsWith('.ts')
    ? packagedFiles(path.join(here, '../../node_modules'))
    : { runtime: path.join(here, 'web-tree-sitter.wasm'), grammars: here };
}

/** Files that the build must ship. */
export function packagedFiles(modules: string): WasmFiles {
  return {
    runtime: path.join(modules, 'web-tree-sitter/web-tree-sitter.wasm'),
    grammars: path.join(modules, '@vscode/tree-sitter-wasm/wasm'),
  };
}

/** File names of all grammars in use. */
export function grammarFiles(): string[] {
  return [...new Set(Object.values(grammars).map(({ name }) => grammarFile(name)))];
}

function grammarFile(name: string): string {
  return `tree-sitter-${name}.wasm`;
}
