/** Parses the command line, and reports what is wrong with it. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { devices } from '../protocol/settings.ts';
import {
  type CommandEntry,
  type CommandName,
  commands,
  isCommand,
  type OptionName,
  optionHelp,
} from './commands.ts';

/** Invalid input: reported in one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Device = (typeof devices)[number];

/** Evaluation protocols: hidden lines, or files typed key by key. */
const protocols = ['lines', 'typing'] as const;
export type Protocol = (typeof protocols)[number];

export interface CommandLine {
  readonly command: CommandName;
  /** Arguments after the command: a folder, a file, a sub-command. */
  readonly operands: readonly string[];
  readonly json: boolean;
  readonly device: Device;
  /** A folder with weights; defaults to the shipped ones. */
  readonly model: string | undefined;
  /** The cache folder; undefined for `--no-cache`. */
  readonly cache: { readonly folder: string | undefined } | undefined;
  /** `path:line:column`, 1-based. */
  readonly at: Position | undefined;
  readonly path: string | undefined;
  readonly budget: number | undefined;
  readonly lines: number;
  readonly seed: number;
  /** Number of files to type. */
  readonly files: number;
  readonly protocol: Protocol;
  /** Unvalidated; the evaluation checks them. */
  readonly settings: readonly string[] | undefined;
  readonly eagerness: number | undefined;
  readonly svg: boolean;
  readonly relations: boolean;
  /** Output file of the picture. */
  readonly plot: string | undefined;
  readonly markdown: boolean;
  readonly generated: boolean;
  /** Unvalidated; the map checks it. */
  readonly colour: string | undefined;
  /** Also prefills the repository with the model. */
  readonly neural: boolean;
  /** Answers yes to prompts. */
  readonly yes: boolean;
  /** A revision to compare with. */
  readonly diff: string | undefined;
  /** How many lines are wanted, however usual. */
  readonly top: number | undefined;
}

export interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** @throws UsageError with a sentence for the user */
export function parseCommandLine(words: readonly string[]): CommandLine | 'help' | 'version' {
  const { values, positionals } = withFolder(parse(words), words);
  if (values.version) return 'version';
  const [name, ...operands] = positionals;
  if (values.help || name === undefined || name === 'help') return 'help';
  if (!isCommand(name))
    throw new UsageError(`Unknown command "${name}". Commands: ${Object.keys(commands).join(', ')}.`);
  const command: CommandEntry = commands[name];
  if (operands.length < command.least)
    throw new UsageError(`"longsight ${name}" requires ${command.operands}.`);
  if (operands.length > command.most) {
    throw new UsageError(`"longsight ${name}" does not take the argument "${operands[command.most]}".`);
  }
  for (const option of Object.keys(optionHelp) as OptionName[]) {
    if (values[option] !== undefined && !command.options.includes(option)) {
      throw new UsageError(`"longsight ${name}" does not take --${option}.`);
    }
  }
  const device = values.device ?? 'auto';
  if (!isDevice(device))
    throw new UsageError(`--device must be one of ${devices.join(', ')}, not "${device}".`);
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
    relations: values.relations ?? false,
    plot: values.plot,
    markdown: values.markdown ?? false,
    generated: values.generated ?? false,
    colour: values.colour,
    yes: values.yes ?? false,
    diff: values.diff,
    top: values.top === undefined ? undefined : wholeNumber('top', values.top, 1),
    neural: values.neural ?? values.model !== undefined,
  };
}

/** `path:line:column`; the path may contain colons, as on Windows. */
export function parsePosition(text: string): Position {
  const match = /^(.+):(\d+):(\d+)$/.exec(text.trim());
  const [line, column] = [Number(match?.[2]), Number(match?.[3])];
  if (!match || line < 1 || column < 1) {
    throw new UsageError(
      `"${text}" is not a valid place. Use <path>:<line>:<column>, counted from 1, such as src/main.ts:12:5.`,
    );
  }
  return { path: match[1]!, line, column };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: withRevision(words),
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
        relations: { type: 'boolean' },
        plot: { type: 'string' },
        markdown: { type: 'boolean' },
        generated: { type: 'boolean' },
        colour: { type: 'string' },
        neural: { type: 'boolean' },
        yes: { type: 'boolean' },
        diff: { type: 'string' },
        top: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. To specify')[0]! : String(error));
  }
}

/** `--diff` at the end or before another option has no revision: it means the last commit. */
function withRevision(words: readonly string[]): string[] {
  return words.map((word, i) => {
    const next = words[i + 1];
    return word === '--diff' && (next === undefined || next.startsWith('-')) ? '--diff=HEAD' : word;
  });
}

/** `unusual --diff .`: the folder was taken for a revision. */
function withFolder(parsed: ReturnType<typeof parse>, words: readonly string[]): ReturnType<typeof parse> {
  const { values, positionals } = parsed;
  const { diff = 'HEAD' } = values;
  if (diff === 'HEAD' || positionals.length !== 1 || !words.includes('--diff') || !existsSync(diff))
    return parsed;
  return { values: { ...values, diff: 'HEAD' }, positionals: [...positionals, diff] };
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
    throw new UsageError(`--${name} must be a whole number of at least ${least}, not "${text}".`);
  return value;
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new UsageError(`--${name} must be a number from 0 to 1, not "${text}".`);
  return value;
}
