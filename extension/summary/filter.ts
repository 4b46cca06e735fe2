/** Searches the summary tree. */
import type { SummaryNode } from './nodes.ts';

/**
 * Filters the tree: entries that contain all words, expanded, with their ancestors and descendants.
 * @returns the same nodes for an empty search
 */
export function filtered(nodes: readonly SummaryNode[], query: string): readonly SummaryNode[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return nodes;
  return nodes.flatMap(node => {
    // A section's title does not count as a match.
    if (node.place !== undefined || node.copyText !== undefined) {
      const text = `${node.label}\n${node.text}\n${node.copyText ?? ''}`.toLowerCase();
      if (words.every(word => text.includes(word))) return [node];
    }
    const children = filtered(node.children, query);
    // A new id, or the editor would keep it collapsed.
    return children.length > 0 ? [{ ...node, id: `found/${node.id}`, children, expanded: true }] : [];
  });
}

/**
 * The path through the parts to a file's entry, or to the innermost existing folder, outermost first; empty for none.
 */
export function wayTo(nodes: readonly SummaryNode[], path: string): SummaryNode[] {
  const parts = nodes.find(({ id }) => id === 'parts');
  const way = parts ? [parts] : [];
  for (let at = parts; at; ) {
    at = at.children.find(child => path === child.path || path.startsWith(`${child.path}/`));
    if (at) way.push(at);
  }
  return way.length > 1 ? way : [];
}
