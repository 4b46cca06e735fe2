/** Task files: Makefile, Rakefile, justfile, tox.ini, noxfile.py, Taskfile. */
import { type ManifestCommand, matches, type Said } from './manifest.ts';
import { commentAbove, firstCommand, noteOf, stringAt } from './notes.ts';

const most = 40;
const longestLine = 400;

export function readMakefile(text: string): Said {
  const commands: ManifestCommand[] = [];
  const tasks: string[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine) continue;
    if (/^-?s?include\s|^\$\(\s*(?:eval|foreach|call)/.test(line)) tasks.push('*');
    const match = /^([\w$(%.{/][^:=#]*?)\s*:(?![:=])([^#=]*|[^#]*)(?:##?(.*))?$/.exec(line);
    if (!match) continue;
    const names = match[1]!.split(/\s+/).filter(name => /^[\w%/.-]+$/.test(name) && !/^\.[A-Z]/.test(name));
    tasks.push(...names.map(name => name.replace('%', '*')), ...(match[1]!.includes('$(') ? ['*'] : []));
    const [name] = names;
    if (names.length !== 1 || !/^[a-zA-Z][\w-]*$/.test(name!) || commands.length >= most) continue;
    // Values of variables for one target.
    if (/^[^#]*\w\s*[:+?]?=/.test(match[2]!) || commands.some(one => one.name === `make ${name}`)) continue;
    const said = match[3]?.trim() || (commentAbove(lines, index, /^\.PHONY\b/) ?? firstCommand(lines, index));
    commands.push({ name: `make ${name}`, text: noteOf([said]), line: index + 1 });
  }
  return { entries: [], commands, tasks };
}

export function readJustfile(text: string): Said {
  const commands: ManifestCommand[] = [];
  const tasks: string[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine) continue;
    if (/^(?:import|mod)\b/.test(line)) tasks.push('*');
    const alias = /^alias +([\w-]+) *:=/.exec(line)?.[1];
    if (alias !== undefined) tasks.push(alias);
    const match = /^@?([a-zA-Z_][\w-]*)([^:=]*(?:=[^:]*)?):(?!=)/.exec(line);
    if (!match || /^(?:set|export|alias|import|mod)$/.test(match[1]!)) continue;
    tasks.push(match[1]!);
    if (match[1]!.startsWith('_') || commands.length >= most) continue;
    commands.push({
      name: `just ${match[1]}`,
      text: commentAbove(lines, index, /^\[.*\]\s*$/) ?? firstCommand(lines, index),
      line: index + 1,
    });
  }
  return { entries: [], commands, tasks };
}

/** Tasks that a library's own rake files define. */
const rakeLibraries: readonly (readonly [RegExp, readonly string[]])[] = [
  [/bundler\/gem_tasks|GemHelper\.install_tasks/, ['build', 'install', 'release', 'clean']],
  [/\.load_tasks\b|^\s*(?:import|load)\b|\.rake\b/m, ['*']],
];

export function readRakefile(text: string): Said {
  const commands: ManifestCommand[] = [];
  const tasks = rakeLibraries.flatMap(([pattern, names]) => (pattern.test(text) ? names : []));
  const open: { readonly name: string; readonly indent: number }[] = [];
  let described = '';
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine || line.trim() === '') continue;
    const indent = line.length - line.trimStart().length;
    while (open.length > 0 && indent <= open.at(-1)!.indent) open.pop();
    const space = /^\s*namespace[ (]+:?['"]?([\w-]+).*\bdo\b/.exec(line)?.[1];
    if (space !== undefined) open.push({ name: space, indent });
    described = stringAt(lines, index, /^\s*desc[ (]+(.*)$/)?.replace(/^.*#\{.*$/, '') ?? described;
    const task =
      /^\s*(?:multi)?task[ (]+(?::['"]?|['"]|(?=\w+: ))([a-z][\w:-]*)/.exec(line)?.[1] ??
      /\b(?:TestTask|RakeTask|RubocopTask|YardocTask)\.new(?:\(:?['"]?([a-z]\w*))?/.exec(line)?.[1];
    const isTest = task === undefined && /\bTestTask\.new\b/.test(line);
    if (task === undefined && !isTest) continue;
    const name = [...open.map(one => one.name), (task ?? 'test').replace(/:$/, '')].join(':');
    tasks.push(name);
    if (!commands.some(command => command.name === `rake ${name}`) && commands.length < most)
      commands.push({ name: name === 'default' ? 'rake' : `rake ${name}`, text: described, line: index + 1 });
    described = '';
  }
  return { entries: [], commands, tasks };
}

export function readTox(text: string): Said {
  const lines = text.split('\n');
  const sections = matches(text, /^\[testenv:([\w{},.-]+)\]/);
  const list = matches(text, /^env_?list *=(.*)$/)[0];
  const commands = sections
    .filter(({ text: name }) => !name.includes('{'))
    .map(({ text: name, line }) => ({ name: `tox -e ${name}`, text: descriptionIn(lines, line), line }));
  return {
    entries: [],
    commands: list === undefined ? commands : [{ name: 'tox', text: '', line: list.line }, ...commands],
    // Other environments combine factors.
    tasks: ['*'],
  };
}

/** `description = …` of a section, with the indented lines that continue it. */
function descriptionIn(lines: readonly string[], from: number): string {
  const length = lines.slice(from).findIndex(line => line.startsWith('['));
  const section = lines.slice(from, length < 0 ? undefined : from + length);
  const at = section.findIndex(line => /^description *=/.test(line));
  if (at < 0) return '';
  const more = section.slice(at + 1).findIndex(line => !/^\s+\S/.test(line));
  const said = section.slice(at, more < 0 ? undefined : at + 1 + more);
  return noteOf([said[0]!.replace(/^\w+ *= */, ''), ...said.slice(1)]);
}

export function readNox(text: string): Said {
  const lines = text.split('\n');
  const commands = lines.flatMap((line, index): ManifestCommand[] => {
    const name = /^def (\w+)\(session/.exec(line)?.[1];
    const decorators = lines.slice(Math.max(0, index - 4), index);
    if (name === undefined || !decorators.some(above => above.startsWith('@nox.session'))) return [];
    const renamed = decorators.flatMap(above => /\bname *= *['"]([\w-]+)/.exec(above)?.[1] ?? [])[0];
    // The first paragraph of its docstring.
    const said =
      /^\s+"""(.*?)(?:"""|\n\s*\n|$)/s.exec(lines.slice(index + 1, index + 10).join('\n'))?.[1] ?? '';
    return [{ name: `nox -s ${renamed ?? name}`, text: noteOf([said]), line: index + 1 }];
  });
  return { entries: [], commands, tasks: ['*'] };
}

export function readTaskfile(text: string): Said {
  const lines = text.split('\n');
  const from = lines.findIndex(line => line.startsWith('tasks:'));
  if (from < 0) return { entries: [], commands: [] };
  const commands: ManifestCommand[] = [];
  for (let index = from + 1; index < lines.length && !/^\w/.test(lines[index]!); index++) {
    const name = /^ {2}['"]?([\w:-]+)['"]?:\s*(?:$|[^\s])/.exec(lines[index]!)?.[1];
    if (name === undefined) continue;
    let said = '';
    for (let below = index + 1; /^(?: {3,}|\s*$)/.test(lines[below] ?? '-'); below++) {
      const desc = /^ {4}desc: *(?:[>|]-?)?\s*['"]?(.*?)['"]?\s*$/.exec(lines[below]!)?.[1];
      if (desc === undefined) continue;
      const more = lines.slice(below + 1).findIndex(line => !/^ {6,}\S/.test(line));
      said = noteOf([desc, ...lines.slice(below + 1, below + 1 + Math.max(0, more))]);
      break;
    }
    commands.push({ name: `task ${name}`, text: said, line: index + 1 });
  }
  return {
    entries: [],
    commands: commands.slice(0, most),
    tasks: [
      ...commands.map(({ name }) => name.slice('task '.length)),
      ...(/^includes:/m.test(text) ? ['*'] : []),
    ],
  };
}
