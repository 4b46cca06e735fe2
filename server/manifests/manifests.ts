/** Facts that build manifests state: name, purpose, entry points, commands, references. */
import {
  readCMake,
  readDotnet,
  readGemfile,
  readGemspec,
  readGradle,
  readMix,
  readPom,
  readSetupCfg,
  readSetupPy,
  readSolution,
  readSwiftPackage,
} from './builds.ts';
import { readCompose, readDockerfile, readPipeline } from './containers.ts';
import type { Manifest, Reader } from './manifest.ts';
import { readCargo, readComposer, readGoMod, readPackageJson, readPyproject } from './packages.ts';
import { readJustfile, readMakefile, readNox, readRakefile, readTaskfile, readTox } from './tasks.ts';

/** By lower-case file name. */
const byName = new Map<string, Reader>([
  ['package.json', readPackageJson],
  ['pyproject.toml', readPyproject],
  ['cargo.toml', readCargo],
  ['go.mod', readGoMod],
  ['composer.json', readComposer],
  ['pom.xml', readPom],
  ['cmakelists.txt', readCMake],
  ['makefile', readMakefile],
  ['gnumakefile', readMakefile],
  ['setup.py', readSetupPy],
  ['setup.cfg', readSetupCfg],
  ['gemfile', readGemfile],
  ['rakefile', readRakefile],
  ['justfile', readJustfile],
  ['.justfile', readJustfile],
  ['tox.ini', readTox],
  ['noxfile.py', readNox],
  ['taskfile.yml', readTaskfile],
  ['taskfile.yaml', readTaskfile],
  ['package.swift', readSwiftPackage],
  ['mix.exs', readMix],
  ['dockerfile', readDockerfile],
  ['containerfile', readDockerfile],
]);

const byForm: readonly (readonly [RegExp, Reader])[] = [
  [/\.(?:cs|fs|vb)proj$/i, readDotnet],
  [/\.slnx?$/i, readSolution],
  [/\.gemspec$/i, readGemspec],
  [/\.gradle(?:\.kts)?$/i, readGradle],
  [/(^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/i, readCompose],
  [/(^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/i, readPipeline],
  [
    /(^|\/)(?:\.gitlab-ci|\.travis|\.?appveyor|azure-pipelines|bitbucket-pipelines|\.woodpecker|ci)\.ya?ml$/i,
    readPipeline,
  ],
];

/** Longer files are data. */
const longestManifest = 1 << 18;

function readerOf(path: string): Reader | undefined {
  return byName.get(baseName(path)) ?? byForm.find(([form]) => form.test(path))?.[1];
}

export function isManifest(path: string): boolean {
  return readerOf(path) !== undefined;
}

/** Whether a file only defines a pipeline. */
export function isPipeline(path: string): boolean {
  return readerOf(path) === readPipeline;
}

/** @returns undefined for a file that is not a manifest or cannot be parsed: a summary ignores broken manifests */
export function readManifest(path: string, text: string): Manifest | undefined {
  const reader = readerOf(path);
  if (reader === undefined || text.length > longestManifest) return undefined;
  try {
    return { path, ...reader(text, path) };
  } catch {
    return undefined;
  }
}

/** Package folders by import name. */
export function packageFolders(manifests: readonly Manifest[]): Map<string, string> {
  const folders = new Map<string, string>();
  for (const { path, name } of manifests) {
    if (name === undefined || !/(^|\/)(?:package\.json|cargo\.toml|go\.mod|pubspec\.yaml)$/i.test(path))
      continue;
    // In Rust code, a crate's dashes are underscores.
    const imported = baseName(path) === 'cargo.toml' ? name.text.replaceAll('-', '_') : name.text;
    if (!folders.has(imported)) folders.set(imported, path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  return folders;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}
