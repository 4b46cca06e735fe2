/** The commands and their options, and the help made of them. */
import { digestBudget } from '../protocol/requests.ts';
import { devices } from '../protocol/settings.ts';

export interface CommandEntry {
  readonly operands: string;
  readonly least: number;
  readonly most: number;
  readonly does: string;
  readonly options: readonly OptionName[];
}

export type OptionName =
  | 'at'
  | 'path'
  | 'budget'
  | 'lines'
  | 'seed'
  | 'files'
  | 'protocol'
  | 'settings'
  | 'eagerness'
  | 'svg'
  | 'relations'
  | 'plot'
  | 'colour'
  | 'markdown'
  | 'generated'
  | 'neural'
  | 'yes'
  | 'diff'
  | 'top';

export const commands = {
  start: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'read a folder, show its summary, then complete at places you enter',
    options: ['at', 'eagerness'],
  },
  read: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'read a folder and list what was read and what was skipped',
    options: ['neural'],
  },
  complete: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'print the suggestion at a place',
    options: ['at', 'eagerness'],
  },
  summarize: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'print an overview of the repository and where to start',
    options: ['path', 'budget', 'markdown', 'generated'],
  },
  map: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'list the files by size, with language, age and surprise; --svg draws them, --relations what uses what',
    options: ['path', 'svg', 'relations', 'colour'],
  },
  digest: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: `export the repository for another tool, within a token budget (${digestBudget.toLocaleString('en')})`,
    options: ['path', 'budget'],
  },
  where: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'find code similar to the line at a place',
    options: ['at'],
  },
  unusual: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'list lines that differ from similar places in the repository, and what those have instead',
    options: ['path', 'diff', 'top'],
  },
  eval: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'hide parts of the repository, complete them, and score the suggestions',
    options: ['protocol', 'lines', 'files', 'seed', 'settings', 'eagerness', 'neural'],
  },
  bench: {
    operands: '[<folder>]',
    least: 0,
    most: 1,
    does: 'benchmark suggestions and speed on your repository, as ratios to a baseline',
    options: ['lines', 'seed', 'svg', 'plot'],
  },
  export: {
    operands: '<file.onnx>',
    least: 1,
    most: 1,
    does: 'export the model as a single ONNX file',
    options: [],
  },
  cache: {
    operands: 'size|verify|prune',
    least: 1,
    most: 1,
    does: 'show, verify or prune the cache',
    options: [],
  },
  model: {
    operands: 'list|get|add|use|remove [<name or file>]',
    least: 0,
    most: 2,
    does: 'list, download, add, choose or remove code models',
    options: ['yes'],
  },
  status: { operands: '', least: 0, most: 0, does: 'show the device, code model and cache', options: [] },
  diagnostics: {
    operands: '[<folder>]',
    least: 0,
    most: 1,
    does: 'print figures for a problem report: no code, names or paths',
    options: [],
  },
} as const satisfies Record<string, CommandEntry>;

export type CommandName = keyof typeof commands;

export const optionHelp: Readonly<Record<OptionName, string>> = {
  at: '--at <path>:<line>:<column>   line and column, counted from 1',
  path: '--path <path>                 this folder or file only',
  budget: '--budget <tokens>             maximum tokens of the summary or digest',
  lines: '--lines <n>                   number of lines to hide (200)',
  protocol:
    '--protocol <protocol>         lines, hidden one by one, or typing: files typed again key by key (lines)',
  files: '--files <n>                   number of files to type (10)',
  seed: '--seed <n>                    random seed (1)',
  settings:
    '--settings <list>             comma-separated: file,repo,copy,coder,coder:file,mixed,neural,neural+copy,bm25,oracle,other:<folder> (file,repo,bm25); typing: file,repo,coder,mixed (repo); coder is the code model in use, coder:file the same without other files, mixed what an editor shows with it',
  neural: '--neural                      also run the model over the repository; implied by --model',
  eagerness: '--eagerness <0..1>            how readily to suggest (0.5)',
  diff: '--diff [<revision>]           only lines that differ from a revision (HEAD)',
  top: '--top <n>                     list this many lines, however usual they are',
  yes: '--yes                         download without asking',
  markdown: '--markdown                    Markdown with links',
  generated:
    '--generated                   also let the instruction model in use describe folders, from cited statements',
  svg: '--svg                         write SVG to standard output',
  relations: '--relations                   write SVG with the relations of the parts drawn over it',
  plot: '--plot <file.svg>             also write the plot to a file',
  colour: '--colour <by>                 language, recency or surprise (language)',
};

/** @param words the command line; if it names a command, only that one is explained */
export function usage(words: readonly string[] = []): string {
  const named = words.find(isCommand);
  const shown: [string, CommandEntry][] =
    named === undefined ? Object.entries(commands) : [[named, commands[named]]];
  const rows = shown.map(
    ([name, command]) => `  longsight ${`${name} ${command.operands}`.padEnd(46)}  ${command.does}`,
  );
  const options = (Object.keys(optionHelp) as OptionName[]).flatMap(option => {
    const takers = shown.filter(([, command]) => command.options.includes(option)).map(([name]) => name);
    if (takers.length === 0) return [];
    return `  ${optionHelp[option]}${named === undefined ? `  [${takers.join(', ')}]` : ''}`;
  });
  return [
    ...(named === undefined
      ? [
          'Longsight indexes a whole repository and completes, summarizes and searches from it. Nothing leaves this machine.',
          '',
        ]
      : []),
    ...rows,
    '',
    ...options,
    '  --json                        print one JSON object; progress goes to standard error',
    `  --device <device>             ${devices.join(', ')}`,
    '  --model <folder>              folder with model weights to use instead of the bundled model',
    '  --cache <folder>, --no-cache  cache folder; do not use a cache',
    '',
    'Exit codes: 0 success, 1 internal error, 2 invalid input.',
  ].join('\n');
}

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
