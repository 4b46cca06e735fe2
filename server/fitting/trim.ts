/**
 * Fits a suggested rest of a line to what stands right of the cursor, so that nothing is written twice.
 * @returns the text to insert; undefined where the suggestion and what follows cannot both be right.
 */
export function trimToSuffix(rest: string, lineSuffix: string): string | undefined {
  const follows = lineSuffix.trimEnd();
  if (follows.trim() === '') return rest;
  const left = withoutSuffix(rest, follows);
  // Where it stands in the suggestion twice, as in a rule of equals signs, there is no telling where they meet.
  return left !== undefined && follows.trim().length > 1 && left.includes(follows.trim()) ? undefined : left;
}

function withoutSuffix(rest: string, follows: string): string | undefined {
  if (rest.endsWith(follows)) return rest.slice(0, rest.length - follows.length);
  // What an editor closed by itself: brackets and quotes, perhaps with a semicolon or comma.
  if (/^[)\]}>"'`;,\s]+$/.test(follows)) {
    const closers = follows.trim();
    const overlap = longestOverlap(rest, closers);
    if (overlap > 0) return rest.slice(0, rest.length - overlap);
    return closersAreBalanced(rest) ? rest : undefined;
  }
  const at = rest.indexOf(follows.trimStart());
  return at > 0 && follows.trim().length > 1 ? rest.slice(0, at) : undefined;
}

/**
 * How much right of the cursor a suggestion takes the place of: brackets and quotes that an editor closed by itself, where the suggestion
 * closes them too and goes on after that, as `name', () => {` does before `')`.
 * @param text the suggestion with all its lines
 * @returns UTF-16 units; undefined where something else stands there, or is not closed by the suggestion
 */
export function closersReplaced(text: string, lineSuffix: string): number | undefined {
  const closers = lineSuffix.trimEnd();
  if (!/^[)\]}"'`]+$/.test(closers)) return undefined;
  let at = 0;
  for (const closer of closers) {
    const end = '"\'`'.includes(closer) ? endOfString(text, at, closer) : endOfBrackets(text, at, closer);
    if (end === undefined) return undefined;
    at = end;
  }
  return closers.length;
}

/**
 * Whether a suggestion begins with the bracket or quote right of the cursor. Typing that moves the cursor over it in the editor, which keeps the
 * suggestion as if it had been typed: what it counted on being there is gone.
 */
export function isTypedOver(text: string, lineSuffix: string): boolean {
  return /^[)\]}"'`>]/.test(lineSuffix) && text[0] === lineSuffix[0];
}

/** Cuts a text where it stops being one: at a broken character, half of a surrogate pair or a control character. */
export function cleanText(text: string): string {
  const bad = /[\p{Cs}\uFFFD]|(?![\t\n\r])\p{Cc}/u.exec(text);
  return bad === null ? text : text.slice(0, bad.index);
}

/** Length of the longest end of `text` that `closers` starts with. */
function longestOverlap(text: string, closers: string): number {
  for (let length = Math.min(text.length, closers.length); length > 0; length--) {
    if (text.endsWith(closers.slice(0, length))) return length;
  }
  return 0;
}

/** Whether a text closes nothing that it did not open: the closers right of the cursor then stay what they are. */
function closersAreBalanced(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char) && --depth < 0) return false;
  }
  return depth === 0;
}

/** Behind the quote that ends a string within which `start` lies. */
function endOfString(text: string, start: number, quote: string): number | undefined {
  for (let i = start; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return undefined;
}

/** Behind the first closing bracket that was not opened after `start`, where it is the one that is meant. */
function endOfBrackets(text: string, start: number, closer: string): number | undefined {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i]!;
    // An apostrophe within a word begins no string.
    if (char === '"' || char === '`' || (char === "'" && !/\w/.test(text[i - 1] ?? '')))
      i = (endOfString(text, i + 1, char) ?? i + 1) - 1;
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && --depth < 0) return char === closer ? i + 1 : undefined;
  }
  return undefined;
}
