/** Commands in documents' code blocks. */
import { joined } from '../syntax/paths.ts';
import type { Block } from './blocks.ts';

export interface WrittenCommand {
  readonly command: string;
  readonly line: number;
  /** Where earlier lines of its block change to with `cd`, from where the block starts. */
  readonly folder?: string;
  /** The heading above it. */
  readonly heading: string;
}

/** First words of commands that build, run or test something. */
const tools =
  /^(?:\.\/[\w./-]+|(?:npm|npx|pnpm|yarn|bun|bunx|deno|node|python3?|py|pip3?|pipx|uv|uvx|poetry|pdm|hatch|tox|nox|pytest|pre-commit|ruff|mypy|cargo|rustup|go|golangci-lint|make|cmake|ctest|ninja|meson|bazel|bazelisk|mvn|mvnw|gradle|gradlew|sbt|mill|dotnet|bundle|gem|rake|rspec|rails|composer|php|phpunit|vendor\/bin\/[\w-]+|(?:bin|scripts?|tools)\/[\w./-]+|just|task|docker|docker-compose|podman|kubectl|helm|terraform|tofu|swift|xcodebuild|pod|fastlane|mix|elixir|iex|lein|clj|stack|cabal|dune|opam|zig|flutter|dart|julia|Rscript|perl|prove|cpanm|bash|sh|devbox|nix|brew|apt-get|apt|mage|air|wrangler|firebase|git clone)(?=\s|$))/;
const shell =
  /^(?:|sh|shell|bash|zsh|console|shell-session|terminal|text|powershell|pwsh|ps1|cmd|bat|prompt|doscon)$/;
const longest = 160;

export function commandsInBlocks(blocks: readonly Block[]): WrittenCommand[] {
  const found: WrittenCommand[] = [];
  let heading = '';
  const clones = new Set<string>();
  for (const block of blocks) {
    if (block.kind === 'heading') heading = block.lines[0]!;
    if (block.kind === 'item' || block.kind === 'row') {
      // `Run one test: …` in a list: the text before the command is its purpose.
      for (const [index, line] of block.lines.entries()) {
        const match = /^([^`]{0,80})`([^`]{3,160})`/.exec(line);
        const command = match && commandOf(match[2]!);
        if (command) found.push({ command, line: block.line + index, heading: match[1]!.trim() || heading });
      }
      continue;
    }
    if (block.kind !== 'code' || !shell.test(block.language ?? '')) continue;
    let folder = '';
    for (const [index, raw] of block.lines.entries()) {
      const target = /^(?:[$>%] +)?(?:mkdir \S+ *&& *)?cd +([^\s;&|]+)\s*$/.exec(raw.trim())?.[1];
      const clone = clonedFolder(raw);
      if (clone !== undefined) clones.add(clone);
      if (target !== undefined) folder = clones.has(target) ? '' : (joined(folder, target) ?? target);
      const command = target === undefined ? commandOf(raw) : undefined;
      if (command !== undefined)
        found.push({ command, line: block.line + index, heading, ...(folder !== '' && { folder }) });
    }
  }
  return found;
}

/** The folder that a `git clone` makes. */
export function clonedFolder(command: string): string | undefined {
  const match =
    /\bgit clone(?: -{1,2}[\w=-]+(?: \d+)?)* (\S+?)(?:\.git)?\/?(?: +([\w./-]+))?\s*(?:$|[;&|])/.exec(
      command,
    );
  return match === null ? undefined : (match[2] ?? match[1]!.slice(match[1]!.lastIndexOf('/') + 1));
}

/** A line without prompt and comment; undefined unless it runs a known tool. */
export function commandOf(raw: string): string | undefined {
  if (raw.length > 2 * longest) return undefined;
  const line = raw
    .trim()
    .replace(/^(?:\$|>|%|PS>|#(?= \.?\/?[a-z]+ ))\s+/, '')
    .replace(/\s+#\s.*$/, '')
    .replace(/\s*\\$/, ' …');
  const assignments = /^(?:[A-Z_][A-Z0-9_]*=\S* )*/.exec(line)![0];
  return line.length <= longest && tools.test(line.slice(assignments.length)) && !line.includes('└')
    ? line
    : undefined;
}
