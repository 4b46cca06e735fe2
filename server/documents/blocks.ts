/**
 * Splits a document into blocks: headings, paragraphs, list items, table rows, code. Markdown with HTML,
 * reStructuredText, AsciiDoc and Org are parsed in one pass over their lines, each with its own markup. Decoration
 * (badges, directives, attributes) is dropped.
 */

export interface Block {
  readonly kind: 'heading' | 'paragraph' | 'item' | 'row' | 'code' | 'quote';
  /** 1-based first line. */
  readonly line: number;
  /** Without block markup, with inline markup. */
  readonly lines: readonly string[];
  /** Of a heading, from 1; of an item, its indentation in columns. */
  readonly level: number;
  /** Of code, if stated. */
  readonly language?: string;
  /** Of a table row. */
  readonly cells?: readonly string[];
}

export type Form = 'markdown' | 'rst' | 'asciidoc' | 'org';

export function formOf(path: string): Form {
  if (/\.rst$/i.test(path)) return 'rst';
  if (/\.(?:adoc|asciidoc)$/i.test(path)) return 'asciidoc';
  return /\.org$/i.test(path) ? 'org' : 'markdown';
}

const longestLine = 2000;
const headingMarks: Readonly<Record<Form, RegExp>> = {
  markdown: /^(#{1,6})\s+(\S.*)$/,
  rst: /^$a/,
  asciidoc: /^(={1,6})\s+(\S.*)$/,
  org: /^(\*{1,6})\s+(\S.*)$/,
};
const itemMarks: Readonly<Record<Form, RegExp>> = {
  markdown: /^(\s*)(?:[-*+]|\d{1,3}[.)])\s+(\S.*)$/,
  rst: /^(\s*)(?:[-*+]|\d{1,3}\.|#\.)\s+(\S.*)$/,
  asciidoc: /^(\s*)(?:\*{1,5}|-|\.{1,5})\s+(\S.*)$/,
  org: /^(\s*)(?:[-+]|\d{1,3}[.)])\s+(\S.*)$/,
};
/** Lines without content for a reader. */
const decoration: Readonly<Record<Form, RegExp>> = {
  markdown: /^\[[^\]]+\]:\s|^(?:-{3,}|\*{3,}|_{3,})$|^:{3}|^\{[:%#]/,
  rst: /^:[\w -]+:|^\.\. (?:_|\[|\|)/,
  asciidoc:
    /^:[\w!-]+:|^\/\/|^\[[^\]]*\]$|^(?:={4,}|\*{4,}|_{4,}|'{3,}|<<<|toc::.*|image::.*|include::.*|\+)$/,
  org: /^#(?:\+(?!begin)|\s)|^:\w+:/i,
};

export function blocksOf(path: string, text: string): Block[] {
  const form = formOf(path);
  const lines = text.split('\n').map(line => line.replace(/\r$/, '').slice(0, longestLine));
  return new Reader(form, lines).read(frontMatter(lines));
}

/** Index of the first line after the front matter. */
function frontMatter(lines: readonly string[]): number {
  const mark = lines[0]?.trim();
  if (mark !== '---' && mark !== '+++') return 0;
  const end = lines.slice(1, 80).findIndex(line => line.trim() === mark);
  return end < 0 ? 0 : end + 2;
}

class Reader {
  readonly #form: Form;
  readonly #lines: readonly string[];
  readonly #blocks: Block[] = [];
  #open: { kind: 'paragraph' | 'item' | 'quote'; lines: string[]; line: number; level: number } | undefined;

  constructor(form: Form, lines: readonly string[]) {
    this.#form = form;
    this.#lines = lines;
  }

  read(from: number): Block[] {
    for (let at = from; at < this.#lines.length; ) at = this.#step(at);
    this.#close();
    return this.#blocks;
  }

  /** @returns the next line to parse */
  #step(at: number): number {
    const raw = this.#lines[at]!;
    const line = raw.trim();
    if (line === '') {
      this.#close();
      return at + 1;
    }
    const skipped = this.#fenced(at, line) ?? this.#directive(at, raw) ?? this.#markup(at, line);
    if (skipped !== undefined) return skipped;
    const heading = headingMarks[this.#form].exec(line);
    if (heading && (this.#form === 'markdown' || raw === line)) {
      this.#push({
        kind: 'heading',
        line: at + 1,
        lines: [heading[2]!.replace(/\s#+$/, '')],
        level: heading[1]!.length,
      });
      return at + 1;
    }
    if (this.#isUnderlined(at, line)) {
      this.#push({
        kind: 'heading',
        line: at + 1,
        lines: [line],
        level: levels.indexOf(this.#lines[at + 1]!.trim()[0]!) + 1,
      });
      return at + 2;
    }
    if (this.#form === 'rst' && /^([=\-~^"'`#*+_])\1{2,}$/.test(line)) return at + 1;
    if (decoration[this.#form].test(line)) {
      this.#close();
      return at + 1;
    }
    if (line.startsWith('|') && this.#form !== 'rst') {
      this.#row(at, line);
      return at + 1;
    }
    const item = itemMarks[this.#form].exec(raw);
    if (item) {
      this.#close();
      this.#open = { kind: 'item', lines: [item[2]!], line: at + 1, level: item[1]!.length };
      return at + 1;
    }
    if (this.#form === 'markdown' && line.startsWith('>')) {
      this.#quote(at, line);
      return at + 1;
    }
    if (this.#open === undefined && /^(?: {4}|\t)/.test(raw) && this.#blocks.at(-1)?.kind !== 'item')
      return this.#indented(at);
    if (this.#open?.kind === 'quote') this.#close();
    this.#open ??= { kind: 'paragraph', lines: [], line: at + 1, level: 0 };
    this.#open.lines.push(line);
    return at + 1;
  }

  #fenced(at: number, line: string): number | undefined {
    const mark =
      this.#form === 'asciidoc'
        ? /^(-{4,}|\.{4,}|\/{4,}|\+{4,})$/.exec(line)
        : this.#form === 'org'
          ? /^#\+begin_(\w+)\s*([\w-]*)/i.exec(line)
          : /^(`{3,}|~{3,})\s*\{?\.?([\w+#-]*)/.exec(line);
    if (!mark || this.#form === 'rst') return undefined;
    const close = this.#form === 'org' ? `#+end_${mark[1]!.toLowerCase()}` : mark[1]!;
    let end = at + 1;
    while (end < this.#lines.length && !this.#closes(this.#lines[end]!.trim(), close)) end++;
    const before =
      this.#form === 'asciidoc'
        ? /^\[source, *([\w-]+)/.exec(this.#lines[at - 1]?.trim() ?? '')?.[1]
        : mark[2];
    const isComment = line.startsWith('////');
    if (!isComment) this.#code(at + 1, this.#lines.slice(at + 1, end), before ?? '');
    return end + 1;
  }

  #closes(line: string, close: string): boolean {
    return this.#form === 'markdown'
      ? line.startsWith(close) && /^[`~]+$/.test(line)
      : line.toLowerCase() === close;
  }

  /** reStructuredText directives with everything indented below them; the text after `::`. */
  #directive(at: number, raw: string): number | undefined {
    if (this.#form !== 'rst') return undefined;
    const line = raw.trim();
    const directive = /^\.\. *(?:([\w-]+)::)?(.*)$/.exec(line);
    const isDirective = line.startsWith('..') && directive !== null && !line.startsWith('...');
    const isLiteral = line === '::';
    if (!isDirective && !isLiteral) return undefined;
    this.#close();
    const indent = raw.length - raw.trimStart().length;
    let end = at + 1;
    while (
      end < this.#lines.length &&
      (this.#lines[end]!.trim() === '' || indentOf(this.#lines[end]!) > indent)
    )
      end++;
    const name = directive?.[1] ?? '';
    const inner = this.#lines.slice(at + 1, end).map(one => (/^\s*:[\w-]+:/.test(one) ? '' : one));
    if (isLiteral || /^(?:code|code-block|sourcecode|console|prompt)$/.test(name))
      this.#code(at + 1, inner, directive?.[2]?.trim() ?? '');
    return end;
  }

  /** HTML as in READMEs, and comments. */
  #markup(at: number, line: string): number | undefined {
    if (line.startsWith('<!--')) {
      let end = at;
      while (end < this.#lines.length && !this.#lines[end]!.includes('-->')) end++;
      this.#close();
      return end + 1;
    }
    const tag = /^<(\/?)(\w+)/.exec(line);
    if (!tag || this.#form !== 'markdown' || inlineTags.has(tag[2]!.toLowerCase())) return undefined;
    const name = tag[2]!.toLowerCase();
    const isOpening = tag[1] === '';
    this.#close();
    // A tag may go over several lines.
    const closing = line.includes('>') ? at : this.#until(at, '>');
    if (closing > at) {
      const rest = withoutTags(this.#lines.slice(at, closing + 1).join(' ')).trim();
      if (rest !== '') this.#push({ kind: 'paragraph', line: closing + 1, lines: [rest], level: 0 });
      return closing + 1;
    }
    if (name === 'tr' && isOpening) return this.#tableRow(at);
    if (name === 'pre' || name === 'style' || name === 'script') {
      const end = this.#until(at, `</${name}>`);
      return end + 1;
    }
    const end =
      isOpening && (name === 'p' || name === 'li' || /^h[1-6]$/.test(name))
        ? this.#until(at, `</${name}>`)
        : at;
    const inner = this.#lines.slice(at, end + 1).map(one => withoutTags(one).trim());
    const first = inner.findIndex(one => one !== '');
    if (first < 0) return end + 1;
    const kind = /^h[1-6]$/.test(name) ? 'heading' : name === 'li' ? 'item' : 'paragraph';
    this.#push({
      kind,
      line: at + 1 + first,
      lines: inner.slice(first),
      level: kind === 'heading' ? Number(name[1]) : 0,
    });
    return end + 1;
  }

  /** The nearby line with the closing mark; the line itself if there is none. */
  #until(at: number, close: string): number {
    for (let end = at; end < Math.min(this.#lines.length, at + 60); end++)
      if (this.#lines[end]!.toLowerCase().includes(close)) return end;
    return at;
  }

  #tableRow(at: number): number {
    const end = this.#until(at, '</tr>');
    const text = this.#lines.slice(at, end + 1).join(' ');
    const cells = text
      .split(/<t[dh]\b[^>]*>/i)
      .slice(1)
      .map(cell => withoutTags(cell).replace(/\s+/g, ' ').trim());
    if (cells.length > 0)
      this.#push({ kind: 'row', line: at + 1, lines: [cells.join(' | ')], level: 0, cells });
    return end + 1;
  }

  #row(at: number, line: string): void {
    if (/^\|?[\s:|+=-]+\|?$/.test(line) || line.startsWith('|===')) return;
    const cells = line
      .replace(/^\|/, '')
      .replace(/\|$/, '')
      .split('|')
      .map(cell => cell.trim());
    this.#push({ kind: 'row', line: at + 1, lines: [line], level: 0, cells });
  }

  #quote(at: number, line: string): void {
    const said = line.replace(/^[>\s]+/, '');
    if (this.#open?.kind !== 'quote') this.#close();
    this.#open ??= { kind: 'quote', lines: [], line: at + 1, level: 0 };
    this.#open.lines.push(said);
  }

  #indented(at: number): number {
    let end = at;
    while (
      end < this.#lines.length &&
      (this.#lines[end]!.trim() === '' || /^(?: {4}|\t)/.test(this.#lines[end]!))
    )
      end++;
    this.#code(at, this.#lines.slice(at, end), '');
    return end;
  }

  #code(at: number, lines: readonly string[], language: string): void {
    this.#push({ kind: 'code', line: at + 1, lines, level: 0, language: language.toLowerCase() });
  }

  #isUnderlined(at: number, line: string): boolean {
    const next = this.#lines[at + 1]?.trim() ?? '';
    if (this.#open !== undefined || !/^([=\-~^"'`#*+_])\1{2,}$/.test(next)) return false;
    if (/^([=\-~^"'`#*+_])\1{2,}$/.test(line)) return false;
    return this.#form === 'rst'
      ? next.length >= line.length - 2
      : this.#form === 'markdown' && /^[=-]/.test(next);
  }

  #push(block: Block): void {
    this.#close();
    this.#blocks.push(block);
  }

  #close(): void {
    if (this.#open !== undefined) this.#blocks.push(this.#open);
    this.#open = undefined;
  }
}

const levels = '=-~^"\'`#*+_';
const inlineTags = new Set('a b i em strong code kbd span sub sup br samp mark del small u'.split(' '));

function withoutTags(line: string): string {
  return line
    .replace(/<code>([^<]*)<\/code>/gi, '`$1`')
    .replace(/<a\b[^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/gi, '[$2]($1)')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
