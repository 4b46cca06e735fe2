/** What a repository calls itself: its README's title if that is a name, or its manifest's; else its folder's name. */
import type { FileFacts } from '../analysis/file-facts.ts';
import type { SummarySource } from '../analysis/source.ts';
import { blocksOf, formOf } from '../documents/blocks.ts';
import { plain } from '../documents/prose.ts';
import { folderOf } from '../protocol/folders.ts';
import { isReadme } from '../syntax/paths.ts';

const [longestTitle, mostWords] = [30, 3];
const titleHead = 3000;
const generic =
  /^(?:readme|documentation|docs?|introduction|overview|about|welcome|getting started|table of contents|contents|usage|installation|index|home|project|untitled|the|my|how|what|why)\b/i;

/** @param source of the whole repository */
export function titleOf(facts: ReadonlyMap<string, FileFacts>, source: SummarySource): string {
  const top = [...facts.values()].filter(({ path }) => folderOf(path) === '');
  const names = top.flatMap(({ manifest }) => manifest?.name?.text ?? []).map(shortName);
  const readme = top.find(({ path }) => isReadme(path));
  const title = readme && headingOf(readme.path, source.textOf(readme.path) ?? '');
  if (title !== undefined && isName(title) && [source.name, ...names].some(name => isLike(title, name)))
    return title;
  // A folder may be called `app` or `src`, and a manifest too; the README's title is more than that.
  if (title !== undefined && isName(title) && names.length === 0) return title;
  return names.find(name => isLike(name, source.name)) === undefined
    ? (names[0] ?? source.name)
    : source.name;
}

function headingOf(path: string, text: string): string | undefined {
  const heading = blocksOf(path, text.slice(0, titleHead)).find(
    ({ kind, lines }) => kind === 'heading' && lines[0] !== '',
  );
  const title = heading && plain(heading.lines[0]!, formOf(path)).replace(/[\s:–—-]+$/, '');
  return title === '' ? undefined : title;
}

function isName(title: string): boolean {
  return (
    title.length <= longestTitle &&
    title.split(/\s+/).length <= mostWords &&
    /\p{L}/u.test(title) &&
    !generic.test(title) &&
    !/[.!?,;()[\]{}<>|=`"]|\b(?:is|are|for|and|with|now|no|not)\b/i.test(title)
  );
}

/** Without scope, host and version: `@quay/core`, `github.com/quay/quay/v2`. */
function shortName(name: string): string {
  return name.replace(/\/v\d+$/, '').replace(/^.*[/:]/, '');
}

function isLike(one: string, other: string): boolean {
  const [left, right] = [one, other].map(name => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
  return left !== '' && right !== '' && (left!.includes(right!) || right!.includes(left!));
}
