/** The order of files in the sequence. */

/**
 * Git's tree order: paths as UTF-8 bytes, with a folder sorted as `folder/`, so that a folder's files are contiguous.
 * Every subtree is one run of the sequence, and the tree of the sequence is the tree that git hashes.
 */
export function comparePaths(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  for (let at = 0; at < end; at++) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return one.length - other.length;
}

/**
 * UTF-16 order equals UTF-8 order, except that surrogates, which spell the highest code points, precede U+E000 to
 * U+FFFF.
 */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
