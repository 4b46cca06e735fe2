/** The order of files in the sequence. */

/**
 * Git's order of a tree: paths as bytes of UTF-8, so that every folder's files stand together, as a folder among its
 * siblings stands where `folder/` would. Everything that lies in one subtree is one run of the sequence, and the tree
 * of the sequence is the tree that git hashes.
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

/** UTF-16 orders as UTF-8 does, except that surrogates, which spell the highest code points, come before U+E000 to U+FFFF. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
