/** Searching inside the summary's tree. */
import type { SummaryNode } from './nodes.ts';

/**
 * What a search leaves of the tree: entries that contain all of its words, with what they lie in, opened, and with all that lies in them.
 * @returns the same nodes for an empty search.
 */
export function filtered(nodes: readonly SummaryNode[], query: string): readonly SummaryNode[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return nodes;
  return nodes.flatMap(node => {
    // A section's name is no finding.
    if (node.place !== undefined || node.copyText !== undefined) {
      const text = `${node.label}\n${node.text}\n${node.copyText ?? ''}`.toLowerCase();
      if (words.every(word => text.includes(word))) return [node];
    }
    const children = filtered(node.children, query);
    // Another id, or the editor would keep it as closed as it was.
    return children.length > 0 ? [{ ...node, id: `found/${node.id}`, children, expanded: true }] : [];
  });
}

/** The way through the parts of the tree to a file's entry, or to the innermost folder that is there, outermost first; empty for none. */
export function wayTo(nodes: readonly SummaryNode[], path: string): SummaryNode[] {
  const parts = nodes.find(({ id }) => id === 'parts');
  const way = parts ? [parts] : [];
  for (let at = parts; at; ) {
    at = at.children.find(child => path === child.path || path.startsWith(`${child.path}/`));
    if (at) way.push(at);
  }
  return way.length > 1 ? way : [];
}
