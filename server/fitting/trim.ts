/**
 * Fits a suggested rest of a line to the text after the cursor, so that nothing is duplicated.
 * @returns the text to insert; undefined if the suggestion and that text cannot both be right
 */
export function trimToSuffix(rest: string, lineSuffix: string): string | undefined {
  const follows = lineSuffix.trimEnd();
  if (follows.trim() === '') return rest;
  const left = withoutSuffix(rest, follows);
  // If the suggestion contains it twice, as in a ruler of equals signs, the overlap is ambiguous.
  return left !== undefined && follows.trim().length > 1 && left.includes(follows.trim()) ? undefined : left;
}

function withoutSuffix(rest: string, follows: string): string | undefined {
  if (rest.endsWith(follows)) return rest.slice(0, rest.length - follows.length);
  // Auto-closed brackets and quotes, perhaps with a semicolon or comma.
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
 * Whether a prefix of a line may be inserted before the text after the cursor. More of the line follows the prefix, so
 * that it contains nothing of that text, unless that is more than closers.
 */
export function standsBefore(start: string, lineSuffix: string): boolean {
  const follows = lineSuffix.trim();
  const isBrackets = /^[)\]}]+[;,]?$/.test(follows);
  const repeats = follows.length > 1 && (isBrackets ? start.endsWith(follows) : start.includes(follows));
  return !repeats && /^[)\]}"'`;,\s]*$/.test(follows);
}

/**
 * How much after the cursor a suggestion replaces: auto-closed brackets and quotes that it closes itself before
 * continuing, as `name', () => {` does before `')`.
 * @param text the suggestion with all its lines
 * @returns UTF-16 units; undefined if other text is there, or the suggestion does not close it
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
 * Whether a suggestion starts with the bracket or quote after the cursor. Typing that moves the cursor over it, and the
 * editor keeps the suggestion as if it had been typed, although the closer it relied on is gone.
 */
export function isTypedOver(text: string, lineSuffix: string): boolean {
  return /^[)\]}"'`>]/.test(lineSuffix) && text[0] === lineSuffix[0];
}

/** Cuts text at a broken character, half a surrogate pair or a control character. */
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

/** Whether a string closes only what it opened, leaving the closers after the cursor alone. */
function closersAreBalanced(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char) && --depth < 0) return false;
  }
  return depth === 0;
}

/** The offset after the quote that ends the string around `start`. */
function endOfString(text: string, start: number, quote: string): number | undefined {
  for (let i = start; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return undefined;
}

/** The offset after the first closing bracket not opened since `start`, if it is the expected one. */
function endOfBrackets(text: string, start: number, closer: string): number | undefined {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i]!;
    // An apostrophe within a word does not start a string.
    if (char === '"' || char === '`' || (char === "'" && !/\w/.test(text[i - 1] ?? '')))
      i = (endOfString(text, i + 1, char) ?? i + 1) - 1;
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && --depth < 0) return char === closer ? i + 1 : undefined;
  }
  return undefined;
}
