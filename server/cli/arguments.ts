/** The command line: which commands there are, what they take, and what is wrong with what was typed. */
import { parseArgs } from 'node:util';

/** Bad input: told to the user in one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Device = (typeof devices)[number];

/** How an evaluation asks: whole lines that are hidden, or files that are typed key by key. */
const protocols = ['lines', 'typing'] as const;
export type Protocol = (typeof protocols)[number];

export interface CommandLine {
  readonly command: CommandName;
  /** What follows the command: a folder, a file, a sub-command. */
  readonly operands: readonly string[];
  readonly json: boolean;
  readonly device: Device;
  /** A folder with weights; the shipped ones without it. */
  readonly model: string | undefined;
  /** Where what was read is kept; nothing for `--no-cache`. */
  readonly cache: { readonly folder: string | undefined } | undefined;
  /** `path:line:column`, counted from 1. */
  readonly at: Position | undefined;
  readonly path: string | undefined;
  readonly budget: number | undefined;
  readonly lines: number;
  readonly seed: number;
  /** How many files are typed. */
  readonly files: number;
  readonly protocol: Protocol;
  /** Names as typed; the evaluation checks them. */
  readonly settings: readonly string[] | undefined;
  readonly eagerness: number | undefined;
  readonly svg: boolean;
  /** A file that the picture is written to. */
  readonly plot: string | undefined;
  readonly markdown: boolean;
  /** A name as typed; the map checks it. */
  readonly colour: string | undefined;
  /** The model reads the repository too. */
  readonly neural: boolean;
}

export interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

interface Command {
  readonly operands: string;
  readonly least: number;
  readonly most: number;
  readonly does: string;
  readonly options: readonly OptionName[];
}

type OptionName =
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
  | 'plot'
  | 'colour'
  | 'markdown'
  | 'neural';

const commands = {
  start: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'read a folder, show its summary, then complete at the places you name',
    options: ['at', 'eagerness'],
  },
  read: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'read a folder and say what was read and what was left out',
    options: ['neural'],
  },
  complete: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'what would be suggested at a place',
    options: ['at', 'eagerness'],
  },
  summarize: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'what the repository says it is, where to start',
    options: ['path', 'budget', 'markdown'],
  },
  map: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'the files by size, with their language, age and surprise; as a picture with --svg',
    options: ['path', 'svg', 'colour'],
  },
  digest: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'the repository for another tool, within a budget of tokens (20,000)',
    options: ['path', 'budget'],
  },
  where: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'where else the repository does what stands at a place',
    options: ['at'],
  },
  eval: {
    operands: '<folder>',
    least: 1,
    most: 1,
    does: 'hide parts of the repository, suggest them, and count',
    options: ['protocol', 'lines', 'files', 'seed', 'settings', 'eagerness', 'neural'],
  },
  bench: {
    operands: '[<folder>]',
    least: 0,
    most: 1,
    does: 'suggestions and speeds on your repository, as ratios, each beside something known',
    options: ['lines', 'seed', 'svg', 'plot'],
  },
  export: {
    operands: '<file.onnx>',
    least: 1,
    most: 1,
    does: 'write the model as one ONNX file, for other programs',
    options: [],
  },
  cache: {
    operands: 'size|verify|prune',
    least: 1,
    most: 1,
    does: 'look after what is kept between sessions',
    options: [],
  },
  status: { operands: '', least: 0, most: 0, does: 'the device, the model, the cache', options: [] },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

const optionHelp: Readonly<Record<OptionName, string>> = {
  at: '--at <path>:<line>:<column>   the place, counted from 1',
  path: '--path <path>                 a folder or file of the repository instead of all of it',
  budget: '--budget <tokens>             the most tokens of all sentences, or of the digest',
  lines: '--lines <n>                   how many lines to hide (200)',
  protocol:
    '--protocol <protocol>         lines, hidden one by one, or typing: files typed again key by key (lines)',
  files: '--files <n>                   how many files to type (10)',
  seed: '--seed <n>                    where all chance comes from (1)',
  settings:
    '--settings <list>             of file,repo,copy,neural,mixed,bm25,oracle,other:<folder> (file,repo,bm25)',
  neural: '--neural                      have the model read the repository, too; so does --model',
  eagerness: '--eagerness <0..1>            from shy to eager (0.5)',
  markdown: '--markdown                    Markdown with links; of a file also what it defines and uses',
  svg: '--svg                         a picture on standard output',
  plot: '--plot <file.svg>             the picture, besides what is printed',
  colour: '--colour <by>                 language, recency or surprise (language)',
};

/** @throws UsageError with a sentence for the user. */
export function parseCommandLine(words: readonly string[]): CommandLine | 'help' | 'version' {
  const { values, positionals } = parse(words);
  if (values.version) return 'version';
  const [name, ...operands] = positionals;
  if (values.help || name === undefined || name === 'help') return 'help';
  if (!isCommand(name))
    throw new UsageError(
      `There is no command "${name}". The commands are ${Object.keys(commands).join(', ')}.`,
    );
  const command: Command = commands[name];
  if (operands.length < command.least) throw new UsageError(`"longsight ${name}" needs ${command.operands}.`);
  if (operands.length > command.most) {
    throw new UsageError(`"longsight ${name}" does not know what to do with "${operands[command.most]}".`);
  }
  for (const option of Object.keys(optionHelp) as OptionName[]) {
    if (values[option] !== undefined && !command.options.includes(option)) {
      throw new UsageError(`"longsight ${name}" does not take --${option}.`);
    }
  }
  const device = values.device ?? 'auto';
  if (!isDevice(device)) throw new UsageError(`--device is one of ${devices.join(', ')}, not "${device}".`);
  return {
    command: name,
    operands,
    json: values.json ?? false,
    device,
    model: values.model,
    cache: values['no-cache'] ? undefined : { folder: values.cache },
    at: values.at === undefined ? undefined : parsePosition(values.at),
    path: values.path,
    budget: values.budget === undefined ? undefined : wholeNumber('budget', values.budget, 1),
    lines: values.lines === undefined ? 200 : wholeNumber('lines', values.lines, 1),
    files: values.files === undefined ? 10 : wholeNumber('files', values.files, 1),
    protocol: protocolOf(values.protocol),
    seed: values.seed === undefined ? 1 : wholeNumber('seed', values.seed, 0),
    settings: values.settings?.split(',').map(setting => setting.trim()),
    eagerness: values.eagerness === undefined ? undefined : share('eagerness', values.eagerness),
    svg: values.svg ?? false,
    plot: values.plot,
    markdown: values.markdown ?? false,
    colour: values.colour,
    neural: values.neural ?? values.model !== undefined,
  };
}

/** `path:line:column`; the path may itself hold colons, as on Windows. */
export function parsePosition(text: string): Position {
  const match = /^(.+):(\d+):(\d+)$/.exec(text.trim());
  const [line, column] = [Number(match?.[2]), Number(match?.[3])];
  if (!match || line < 1 || column < 1) {
    throw new UsageError(
      `A place is written <path>:<line>:<column>, counted from 1, such as src/main.ts:12:5; "${text}" is not.`,
    );
  }
  return { path: match[1]!, line, column };
}

export function usage(): string {
  const rows = Object.entries(commands).map(
    ([name, command]) => `  longsight ${`${name} ${command.operands}`.padEnd(28)}${command.does}`,
  );
  const options = (Object.keys(optionHelp) as OptionName[])
    .filter(option =>
      Object.values(commands).some(command => (command.options as readonly OptionName[]).includes(option)),
    )
    .map(option => {
      const takers = Object.entries(commands).filter(([, command]) =>
        (command.options as readonly OptionName[]).includes(option),
      );
      return `  ${optionHelp[option]}  [${takers.map(([name]) => name).join(', ')}]`;
    });
  return [
    'Longsight reads a whole repository into a local memory and completes, summarizes and searches from it. Nothing leaves this machine.',
    '',
    ...rows,
    '',
    ...options,
    '  --json                        one JSON object on standard output; progress stays on standard error',
    `  --device <device>             ${devices.join(', ')}`,
    '  --model <folder>              weights to use instead of the ones that come with it',
    '  --cache <folder>, --no-cache  where what was read is kept; not at all',
    '',
    'Exit codes: 0 done, 1 something broke, 2 the input cannot be worked with.',
  ].join('\n');
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        json: { type: 'boolean' },
        device: { type: 'string' },
        model: { type: 'string' },
        cache: { type: 'string' },
        'no-cache': { type: 'boolean' },
        at: { type: 'string' },
        path: { type: 'string' },
        budget: { type: 'string' },
        lines: { type: 'string' },
        seed: { type: 'string' },
        files: { type: 'string' },
        protocol: { type: 'string' },
        settings: { type: 'string' },
        eagerness: { type: 'string' },
        svg: { type: 'boolean' },
        plot: { type: 'string' },
        markdown: { type: 'boolean' },
        colour: { type: 'string' },
        neural: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. To specify')[0]! : String(error));
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

function isDevice(name: string): name is Device {
  return devices.some(device => device === name);
}

function protocolOf(text = 'lines'): Protocol {
  const protocol = protocols.find(name => name === text);
  if (protocol === undefined)
    throw new UsageError(`--protocol is one of ${protocols.join(', ')}, not "${text}".`);
  return protocol;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name} is a whole number from ${least}, not "${text}".`);
  return value;
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new UsageError(`--${name} is a number from 0 to 1, not "${text}".`);
  return value;
}
