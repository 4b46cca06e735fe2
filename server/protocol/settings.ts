/** Devices for the model; `auto` chooses. */
export const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

/**
 * The table of settings. The manifest's `contributes.configuration` and the README's table are generated from it (`npm
 * run generate`); the tidy test fails when they differ.
 */
export interface SettingsShape {
  enable: boolean;
  languages: Record<string, boolean>;
  'completion.scope': 'repository' | 'file';
  'completion.eagerness': number;
  'completion.maxLines': number;
  'completion.debounce': number;
  'summary.follow': boolean;
  'summary.hover': boolean;
  'summary.codeLens': boolean;
  'summary.generated': boolean;
  'read.onOpen': boolean;
  'read.inBackground': boolean;
  'read.backgroundMinutes': number;
  'read.exclude': string[];
  'read.maxFileSize': number;
  'read.maxTokens': number;
  'engine.device': (typeof devices)[number];
  'engine.model': string;
  neural: boolean;
  'cache.folder': string;
  'cache.maxSize': number;
  trace: 'off' | 'messages' | 'verbose';
}

export type SettingName = keyof SettingsShape;
export type SettingValue<Name extends SettingName> = SettingsShape[Name];

export interface Setting<Name extends SettingName = SettingName> {
  readonly name: Name;
  readonly type: 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';
  readonly default: SettingsShape[Name];
  readonly description: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** `machine` for settings that a workspace must not set: paths and devices. */
  readonly scope: 'machine' | 'resource' | 'window';
}

export const settingsSection = 'longsight';

const table: { readonly [Name in SettingName]: Omit<Setting<Name>, 'name'> } = {
  enable: {
    type: 'boolean',
    default: true,
    scope: 'resource',
    description: 'Show inline completions.',
  },
  languages: {
    type: 'object',
    default: { '*': true, plaintext: false },
    scope: 'resource',
    description: 'Languages with completions, by language identifier; `*` sets the default for all others.',
  },
  'completion.scope': {
    type: 'string',
    default: 'repository',
    choices: ['repository', 'file'],
    scope: 'resource',
    description: 'Source of completions: the whole repository, or only the file being edited.',
  },
  'completion.eagerness': {
    type: 'number',
    default: 0.5,
    minimum: 0,
    maximum: 1,
    scope: 'window',
    description:
      'How readily to suggest, from 0 (only near-certain suggestions) to 1 (more suggestions, more of them wrong).',
  },
  'completion.maxLines': {
    type: 'integer',
    default: 12,
    minimum: 1,
    maximum: 64,
    scope: 'window',
    description: 'Maximum length of a suggestion, in lines.',
  },
  'completion.debounce': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 2000,
    scope: 'window',
    description: 'Delay in milliseconds after typing before requesting a suggestion.',
  },
  'summary.follow': {
    type: 'boolean',
    default: false,
    scope: 'window',
    description: 'Reveal the active file in the summary.',
  },
  'summary.hover': {
    type: 'boolean',
    default: false,
    scope: 'resource',
    description: 'Show a one-line description when hovering over an import or symbol.',
  },
  'summary.codeLens': {
    type: 'boolean',
    default: false,
    scope: 'resource',
    description: 'Show a one-line description and the number of files that use it above each definition.',
  },
  'summary.generated': {
    type: 'boolean',
    default: false,
    scope: 'window',
    description:
      'Have the code model write one sentence for each part of the summary, marked as generated, with its sources. Requires an instruction model.',
  },
  'read.onOpen': {
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Read the repository when a folder is opened. If off, run *Longsight: Read Repository*.',
  },
  'read.inBackground': {
    type: 'boolean',
    default: true,
    scope: 'window',
    description:
      "Measure the memory map's surprise from all of the code instead of a sample: while nothing else is asked, on mains power and at low priority, the bundled model reads each version of every file once. Suggestions do not depend on it.",
  },
  'read.backgroundMinutes': {
    type: 'integer',
    default: 30,
    minimum: 1,
    scope: 'window',
    description:
      'Minutes of reading in the background after a folder is opened. The next time, reading goes on where it stopped. Files just saved are always read.',
  },
  'read.exclude': {
    type: 'array',
    default: [],
    scope: 'resource',
    description:
      'Patterns, in `.gitignore` syntax, of further files to skip. A `.longsightignore` file in the repository does the same.',
  },
  'read.maxFileSize': {
    type: 'integer',
    default: 1_048_576,
    minimum: 1024,
    scope: 'resource',
    description: 'Skip files larger than this, in bytes. *Longsight: Show Coverage* lists skipped files.',
  },
  'read.maxTokens': {
    type: 'integer',
    default: 50_000_000,
    minimum: 1000,
    scope: 'window',
    description: 'Maximum number of tokens to read. *Longsight: Show Coverage* lists the files beyond it.',
  },
  'engine.device': {
    type: 'string',
    default: 'auto',
    choices: devices,
    scope: 'machine',
    description:
      'Device for the model. `auto` tests each device in a separate process and picks the first that is correct and faster than the CPU. `cuda` needs CUDA libraries for onnxruntime, which the package does not contain.',
  },
  'engine.model': {
    type: 'string',
    default: '',
    scope: 'machine',
    description:
      'For experiments: folder with weights to use instead of the bundled model. For a model that writes code, run *Longsight: Choose Code Model…*.',
  },
  neural: {
    type: 'boolean',
    default: false,
    scope: 'machine',
    description:
      'For experiments with the bundled model: store what it remembers of the repository, computed on idle cores. Neither suggestions nor the memory map use it; code models do not need it. Always on when `longsight.engine.model` is set.',
  },
  'cache.folder': {
    type: 'string',
    default: '',
    scope: 'machine',
    description: "Folder for the cache. If empty, the operating system's user cache folder.",
  },
  'cache.maxSize': {
    type: 'integer',
    default: 2048,
    minimum: 16,
    scope: 'machine',
    description: 'Maximum size of the cache in megabytes. The least recently used entries are removed first.',
  },
  trace: {
    type: 'string',
    default: 'off',
    choices: ['off', 'messages', 'verbose'],
    scope: 'window',
    description: 'Trace LSP messages in the output channel.',
  },
};

/** The table as rows, in display order. */
export const settings: readonly Setting[] = (Object.keys(table) as SettingName[]).map(
  name => ({ name, ...table[name] }) as Setting,
);

export function defaultSettings(): SettingsShape {
  return Object.fromEntries(
    settings.map(setting => [setting.name, setting.default]),
  ) as unknown as SettingsShape;
}
