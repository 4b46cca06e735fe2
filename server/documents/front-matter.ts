/** What a document's front matter says it is: `description:` in YAML, `description =` in TOML. */
import { clip, isSentence, type Sentence } from './prose.ts';

const longestMatter = 80;

/** Undefined without front matter, or a description of at least two words. */
export function described(text: string): Sentence | undefined {
  const lines = text.slice(0, 20_000).split('\n', longestMatter);
  const mark = lines[0]?.trim();
  if (mark !== '---' && mark !== '+++') return undefined;
  const end = lines.findIndex((line, at) => at > 0 && line.trim() === mark);
  const own = lines.slice(0, Math.max(0, end));
  for (const key of ['description', 'summary', 'tagline', 'subtitle']) {
    const at = own.findIndex(line => line.startsWith(`${key}:`) || line.startsWith(`${key} =`));
    if (at < 0) continue;
    const first = own[at]!.replace(/^\w+ *[:=]\s*/, '').trim();
    // Folded over the lines below.
    const more = own.slice(at + 1).findIndex(line => !/^\s+\S/.test(line));
    const rest = own.slice(at + 1, more < 0 ? own.length : at + 1 + more).map(line => line.trim());
    const isBlock = /^[>|][+-]?$/.test(first);
    const said = [...(isBlock ? [] : [first]), ...rest]
      .join(' ')
      .replace(/^(['"])(.*)\1$/, '$2')
      .trim();
    if (isSentence(said)) return { text: clip(said), line: at + (isBlock ? 2 : 1) };
  }
  return undefined;
}
