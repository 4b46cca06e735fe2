/** What a repository's manifests say can be run, in the order in which a newcomer needs it. */

import type { FileFacts } from '../analysis/file-facts.ts';
import type { RunCommand } from '../protocol/requests.ts';
import { depth } from '../syntax/paths.ts';

/** The first words of what a command is called, the first wanted first. */
const order = [
  'install',
  'setup',
  'dev',
  'start',
  'serve',
  'run',
  'watch',
  'build',
  'compile',
  'default',
  'all',
  'test',
  'check',
  'lint',
  'typecheck',
  'format',
];

/** The commands of the outermost manifests that have any: those of inner packages are their own business. */
export function commandsOf(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  scope: string | undefined,
): RunCommand[] {
  const manifests = paths
    .flatMap(path => facts.get(path)?.manifest ?? [])
    .filter(manifest => manifest.commands.length > 0);
  const outermost = Math.min(...manifests.map(manifest => depth(manifest.path, scope)));
  return manifests
    .filter(manifest => depth(manifest.path, scope) === outermost)
    .flatMap(({ path, commands }) =>
      commands.map(({ name, text, line }): RunCommand => ({ name, command: text, path, line })),
    )
    .sort((one, other) => placeOf(one.name) - placeOf(other.name));
}

/** `test` before `test:unit`, both before what is not in the order. */
function placeOf(name: string): number {
  const words = name
    .split(' ')
    .at(-1)!
    .split(/[:_.-]/);
  const at = order.indexOf(words[0]!.toLowerCase());
  return at < 0 ? order.length : at + (words.length > 1 ? 0.5 : 0);
}
