/**
 * How a file is rendered in the sequence. The model was trained on exactly this form (kernels/training/README.md), so a
 * change here is a new rendering version and invalidates every cache.
 */

export const renderingVersion = 1;

/** Tokens that mark structure. No text in a file can produce their ids. */
export type SpecialName = 'repository' | 'file' | 'text' | 'end' | 'prefix' | 'suffix' | 'middle';

export type Piece = { readonly special: SpecialName } | { readonly text: string };

/** `<file> path <text> content <end>`: a whole file, as it is indexed. */
export function renderFile(path: string, text: string): Piece[] {
  return [
    { special: 'file' },
    { text: path },
    { special: 'text' },
    { text: normaliseLineEndings(text) },
    { special: 'end' },
  ];
}

/**
 * Suffix-first fill-in-the-middle: `<file> path <suffix> S <text> P`, to be continued. Typing only appends to the
 * sequence, so a decoder's state can be extended. Without a suffix it is an open file.
 */
export function renderPrompt(path: string, prefix: string, suffix: string): Piece[] {
  const head: Piece[] = [{ special: 'file' }, { text: path }];
  if (suffix.length > 0) head.push({ special: 'suffix' }, { text: normaliseLineEndings(suffix) });
  return [...head, { special: 'text' }, { text: normaliseLineEndings(prefix) }];
}

/** Converts to `\n`: line numbers stay, and columns do not depend on a checkout's settings. */
export function normaliseLineEndings(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
