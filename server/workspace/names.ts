/** What a file's name alone tells about it. */
import type { Verdict } from '../protocol/verdict.ts';
import { secretByName } from './secrets/names.ts';

/**
 * Version of this room's rules on what is left out by content (`content.ts`, `text.ts`, `secrets/`). Verdicts are
 * cached, so a rule change needs a new version.
 */
export const filterVersion = 3;

/**
 * Folders of dependencies and build output, in `.gitignore` syntax. Git nearly always ignores these anyway; without git
 * they would swamp the repository. A `.longsightignore` with `!node_modules/` re-includes one.
 */
export const dependencyFolders: readonly string[] = wordsOf(`
  node_modules/ bower_components/ jspm_packages/ .yarn/cache/ .pnpm-store/ __pycache__/ .venv/ .tox/
  .nox/ .eggs/ *.egg-info/ .ipynb_checkpoints/ .mypy_cache/ .pytest_cache/ .ruff_cache/ .hypothesis/
  .gradle/ .terraform/ .next/ .nuxt/ .svelte-kit/ .parcel-cache/ .turbo/ .nyc_output/
`);

/** How `cacache` lays out its entries, as npm's caches have them and ours: by hashes, in a folder of whatever name. */
const cacheEntry = /(?:^|\/)(?:index-v\d+|content-v\d+\/sha\d+)\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{24,}$/;

/** The part of a cache, as a folder with `/` at the end, that a file lies in by the shape of its path. */
export function cacheFolderOf(path: string): string | undefined {
  const at = cacheEntry.exec(path)?.index;
  if (at === undefined) return undefined;
  const name = path[at] === '/' ? at + 1 : at;
  return path.slice(0, path.indexOf('/', name) + 1);
}

/** Version control's data folders. They are not the user's own work and are not listed. */
export const versionControlFolders: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.bzr',
  'CVS',
]);

const lockFiles: ReadonlySet<string> = new Set(
  wordsOf(`
  package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock
  Cargo.lock Gemfile.lock gems.locked composer.lock mix.lock pubspec.lock Podfile.lock poetry.lock
  Pipfile.lock uv.lock pdm.lock pixi.lock conda-lock.yml pylock.toml go.sum go.work.sum
  gradle.lockfile buildscript-gradle.lockfile packages.lock.json flake.lock MODULE.bazel.lock
  .terraform.lock.hcl Package.resolved Cartfile.resolved cabal.project.freeze stack.yaml.lock
  Manifest.toml rebar.lock shard.lock Chart.lock
`),
);

const generatedNames: readonly [RegExp, string][] = [
  [/\.[cm]?[jt]sx?\.map$|\.css\.map$/i, 'It is a source map.'],
  [
    /\.pb(\.gw)?\.go$|_pb2(_grpc)?\.pyi?$|\.pb\.(cc|h)$|_pb\.(d\.ts|js)$/i,
    'Protocol buffers generate files of this name.',
  ],
  [/\.(g|freezed|gr|mocks)\.dart$/i, 'A Dart builder generates files of this name.'],
  [/\.(designer|g|g\.i)\.cs$/i, 'A .NET tool generates files of this name.'],
  [/^(yarn|pnp)-?[\d.]*\.cjs$|^\.pnp\.(c?js|loader\.mjs)$/i, 'It is a copy of the package manager.'],
];

/** Reasons in `path` alone not to read a file; `undefined` if its content has to decide. */
export function verdictOnName(path: string): Verdict | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const secret = secretByName(path);
  if (secret !== undefined) return { reason: 'secret', detail: secret };
  if (lockFiles.has(name))
    return { reason: 'generated', detail: 'It is the lock file of a package manager.' };
  for (const [pattern, detail] of generatedNames)
    if (pattern.test(name)) return { reason: 'generated', detail };
  if (/[.-]min\.([cm]?js|css)$/i.test(name))
    return { reason: 'minified', detail: 'Its name says that it is minified.' };
  return undefined;
}

function wordsOf(list: string): string[] {
  return list.trim().split(/\s+/);
}
