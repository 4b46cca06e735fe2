/** Finds files whose path contains every word of a search. */
import type { MapNode } from './tree.ts';

/** Matching files and every folder that contains one; `undefined` for an empty search. */
export function search(root: MapNode, query: string): ReadonlySet<MapNode> | undefined {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  const found = new Set<MapNode>();
  const visit = (node: MapNode): boolean => {
    let holds = false;
    if (node.file >= 0) {
      const path = node.path.toLowerCase();
      holds = words.every(word => path.includes(word));
    } else for (const child of node.children) holds = visit(child) || holds;
    if (holds) found.add(node);
    return holds;
  };
  visit(root);
  return found;
}

export function filesFound(found: ReadonlySet<MapNode>): MapNode[] {
  return [...found].filter(node => node.file >= 0);
}
