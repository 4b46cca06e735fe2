/** Task files: Makefile, Rakefile, justfile, tox.ini, noxfile.py, Taskfile. */
import { type ManifestCommand, matches, type Said } from './manifest.ts';

const most = 40;
const longestLine = 400;

export function readMakefile(text: string): Said {
  const commands: ManifestCommand[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine) continue;
    const match = /^([a-zA-Z][\w.-]*)\s*:(?![=:])([^#]*)(?:##?(.*))?$/.exec(line);
    if (!match || match[1]!.includes('.') || commands.length >= most) continue;
    const first = /^\t[@-]*(.*)/.exec(lines[index + 1] ?? '')?.[1];
    const said =
      match[3]?.trim() ??
      (lines[index - 1]?.startsWith('# ') ? lines[index - 1]!.slice(2).trim() : first?.trim());
    commands.push({ name: `make ${match[1]}`, text: (said ?? '').slice(0, 120), line: index + 1 });
  }
  return { entries: [], commands };
}

export function readJustfile(text: string): Said {
  const commands: ManifestCommand[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine) continue;
    const match = /^@?([a-zA-Z][\w-]*)([^:=]*):(?!=)/.exec(line);
    if (!match || /^(?:set|export|alias|import|mod)$/.test(match[1]!) || commands.length >= most) continue;
    const above = /^#\s?(.+)/.exec(lines[index - 1] ?? '')?.[1];
    commands.push({
      name: `just ${match[1]}`,
      text: (above ?? lines[index + 1]?.trim() ?? '').slice(0, 120),
      line: index + 1,
    });
  }
  return { entries: [], commands };
}

export function readRakefile(text: string): Said {
  const commands: ManifestCommand[] = [];
  let described = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (line.length > longestLine) continue;
    const description = /^\s*desc[ (]+['"]([^'"]+)['"]/.exec(line)?.[1];
    if (description !== undefined) described = description;
    const task =
      /^\s*task[ (]+:?['"]?([a-z][\w:]*)/.exec(line)?.[1] ??
      /\b(?:TestTask|RakeTask|RubocopTask|YardocTask)\.new(?:\(:?['"]?([a-z]\w*))?/.exec(line)?.[1];
    const isTest = task === undefined && /\bTestTask\.new\b/.test(line);
    if (task === undefined && !isTest) continue;
    const name = task ?? 'test';
    if (!commands.some(command => command.name === `rake ${name}`) && commands.length < most)
      commands.push({ name: name === 'default' ? 'rake' : `rake ${name}`, text: described, line: index + 1 });
    described = '';
  }
  return { entries: [], commands };
}

export function readTox(text: string): Said {
  const sections = matches(text, /^\[testenv:([\w{},.-]+)\]/).filter(({ text: name }) => !name.includes('{'));
  const list = matches(text, /^env_?list *=(.*)$/)[0];
  const commands = sections.map(({ text: name, line }) => ({ name: `tox -e ${name}`, text: '', line }));
  return {
    entries: [],
    commands: list === undefined ? commands : [{ name: 'tox', text: '', line: list.line }, ...commands],
  };
}

export function readNox(text: string): Said {
  const lines = text.split('\n');
  const commands = lines.flatMap((line, index): ManifestCommand[] => {
    const name = /^def (\w+)\(session/.exec(line)?.[1];
    const isSession = lines
      .slice(Math.max(0, index - 4), index)
      .some(above => above.startsWith('@nox.session'));
    return name !== undefined && isSession ? [{ name: `nox -s ${name}`, text: '', line: index + 1 }] : [];
  });
  return { entries: [], commands };
}

export function readTaskfile(text: string): Said {
  const from = text.indexOf('\ntasks:');
  if (from < 0) return { entries: [], commands: [] };
  const above = text.slice(0, from + 1).split('\n').length;
  const commands = matches(text.slice(from + 1), /^ {2}([\w:-]+): *$/).map(({ text: name, line }) => ({
    name: `task ${name}`,
    text: '',
    line: line + above - 1,
  }));
  return { entries: [], commands: commands.slice(0, most) };
}
