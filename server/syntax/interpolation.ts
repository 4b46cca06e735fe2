/** Finds the code inside string literals: `$"{a}"` in C#, `f"{a}"` in Python, `"${a}"`, `"#{a}"`, `"\(a)"`. */

/** From the first to after the last character of an expression, without its braces. */
export interface Hole {
  readonly from: number;
  readonly to: number;
}

/** Longest expression in a string, in characters; keeps the work for each character constant. */
const longestHole = 200;

/** Openers in every string of the language; only `"` strings interpolate. */
const openers: Readonly<Record<string, string>> = {
  kotlin: '${',
  groovy: '${',
  dart: '${',
  scala: '${',
  ruby: '#{',
  elixir: '#{',
  swift: '\\(',
};

/** @returns what opens an expression in the string that starts at `at`; undefined if it has none */
export function holeOpener(id: string, text: string, at: number): string | undefined {
  if (id === 'csharp')
    return text[at] === '"' && /\$@?$|@\$$/.test(text.slice(Math.max(0, at - 2), at)) ? '{' : undefined;
  if (id === 'python')
    return /(?:^|\W)(?:f|rf|fr)$/i.test(text.slice(Math.max(0, at - 3), at)) ? '{' : undefined;
  return text[at] === '"' || (id === 'dart' && text[at] === "'") ? openers[id] : undefined;
}

/**
 * @param quote that starts and ends the string; a single character ends with its line
 * @returns the offset after the string, and the expressions in it
 */
export function interpolated(
  text: string,
  at: number,
  quote: string,
  opener: string,
): { readonly end: number; readonly holes: readonly Hole[] } {
  const holes: Hole[] = [];
  for (let end = at + quote.length; end < text.length; ) {
    const character = text[end]!;
    if (text.startsWith(quote, end)) return { end: end + quote.length, holes };
    if (character === '\n' && quote.length === 1) return { end, holes };
    if (opener === '{' && text.startsWith('{{', end)) {
      end += 2;
      continue;
    }
    const close = text.startsWith(opener, end) ? closeOf(text, end + opener.length, opener) : undefined;
    if (close !== undefined) {
      holes.push({ from: end + opener.length, to: close });
      end = close + 1;
    } else end += character === '\\' ? 2 : 1;
  }
  return { end: text.length, holes };
}

/** The offset of the bracket that ends the expression; undefined if there is none nearby on the line. */
function closeOf(text: string, from: number, opener: string): number | undefined {
  const open = opener.at(-1)!;
  const close = open === '(' ? ')' : '}';
  const limit = Math.min(text.length, from + longestHole);
  let depth = 1;
  /** The quotes of the strings that are open, with the depth around each. */
  const inside: { quote: string; depth: number }[] = [];
  for (let at = from; at < limit; at++) {
    const character = text[at]!;
    const string = inside.at(-1);
    if (character === '\n') return undefined;
    // A bracket inside a nested string belongs to an expression of that string.
    if (character === '\\') at++;
    else if (string?.quote === character && depth === string.depth) inside.pop();
    else if (character === '"' || character === "'") inside.push({ quote: character, depth });
    else if (character === open) depth++;
    else if (character === close && --depth === 0) return at;
  }
  return undefined;
}
