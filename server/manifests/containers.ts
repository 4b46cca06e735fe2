/** Containers and continuous integration. */
import { commandOf } from '../documents/document-commands.ts';
import { type ManifestCommand, matches, type Said, usual } from './manifest.ts';

const longestLine = 400;
const maxSteps = 40;

/** Services and what each is built from. */
export function readCompose(text: string, path: string): Said {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const isUsual = /^(?:docker-)?compose\.ya?ml$/.test(file);
  const builds = [
    ...matches(text, /^\s+build: *['"]?(\.[^'"\s]*)/),
    ...matches(text, /^\s+context: *['"]?(\.[^'"\s]*)/),
  ];
  return {
    entries: [],
    commands: usual(isUsual ? 'docker compose up' : `docker compose -f ${path} up`),
    links: builds,
  };
}

export function readDockerfile(text: string, path: string): Said {
  const started = matches(text, /^(?:ENTRYPOINT|CMD) +(\S.*)$/).at(-1);
  const entry = started && words(started.text).find(word => /\.(?:js|mjs|ts|py|rb|php|sh)$/.test(word));
  return {
    entries: started && entry ? [{ text: entry, role: 'started by', line: started.line }] : [],
    commands: usual(path.includes('/') ? `docker build -f ${path} .` : 'docker build .'),
  };
}

function words(command: string): string[] {
  return command
    .replace(/["[\],]/g, ' ')
    .split(' ')
    .filter(word => word !== '');
}

/** Pipeline steps that run a known tool. */
export function readPipeline(text: string): Said {
  const commands: ManifestCommand[] = [];
  const seen = new Set<string>();
  let block = -1;
  const add = (raw: string, line: number): void => {
    const command = raw.includes('${{') ? undefined : commandOf(raw);
    if (command === undefined || seen.has(command) || commands.length >= maxSteps) return;
    seen.add(command);
    commands.push({ name: command, text: '', line });
  };
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.length > longestLine) continue;
    const indent = raw.length - raw.trimStart().length;
    const line = raw.trim();
    if (block >= 0 && line !== '' && indent <= block) block = -1;
    const run =
      /^(?:- )?(?:run|script|bash|pwsh|powershell|test_script|build_script|before_script|install|before_test): *(.*)$/.exec(
        line,
      );
    if (run && block < 0) {
      if (run[1] === '' || /^[|>][-+]?$/.test(run[1]!)) block = indent;
      else add(run[1]!.replace(/^['"](.*)['"]$/, '$1'), index + 1);
    } else if (block >= 0)
      add(line.replace(/^- (?:(?:cmd|sh|ps): )?/, '').replace(/^['"](.*)['"]$/, '$1'), index + 1);
  }
  return { entries: [], commands };
}
