/**
 * The one table of settings. The manifest's `contributes.configuration` and the README's table are generated from it
 * (`npm run generate`), and the tidy test fails when they drift.
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
  'read.onOpen': boolean;
  'read.exclude': string[];
  'read.maxFileSize': number;
  'read.maxTokens': number;
  'engine.device': 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
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
  /** `machine` for what a workspace must not be able to set: paths and devices. */
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
    description:
      'Languages in which completions are shown, by language identifier; `*` stands for all others.',
  },
  'completion.scope': {
    type: 'string',
    default: 'repository',
    choices: ['repository', 'file'],
    scope: 'resource',
    description: 'What completions may draw on: the whole repository, or only the file being edited.',
  },
  'completion.eagerness': {
    type: 'number',
    default: 0.5,
    minimum: 0,
    maximum: 1,
    scope: 'window',
    description:
      'From 0 (shy: only near-certain suggestions) to 1 (eager: more suggestions, more of them wrong).',
  },
  'completion.maxLines': {
    type: 'integer',
    default: 12,
    minimum: 1,
    maximum: 64,
    scope: 'window',
    description: 'The longest suggestion, in lines.',
  },
  'completion.debounce': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 2000,
    scope: 'window',
    description: 'Milliseconds without typing before a suggestion is looked for.',
  },
  'summary.follow': {
    type: 'boolean',
    default: false,
    scope: 'window',
    description: 'Show the file in front among the parts of the summary.',
  },
  'summary.hover': {
    type: 'boolean',
    default: false,
    scope: 'resource',
    description:
      'Say in the hover, in one line taken from the repository, what the imported file or the symbol under the pointer is.',
  },
  'summary.codeLens': {
    type: 'boolean',
    default: false,
    scope: 'resource',
    description:
      'Say above a definition, in one line taken from the repository, what it is and how many files use it.',
  },
  'read.onOpen': {
    type: 'boolean',
    default: true,
    scope: 'window',
    description:
      'Read the repository when a folder is opened. Otherwise the command "Read Repository" starts it.',
  },
  'read.exclude': {
    type: 'array',
    default: [],
    scope: 'resource',
    description:
      'Further patterns, in `.gitignore` syntax, for files that are never read. A `.longsightignore` file does the same.',
  },
  'read.maxFileSize': {
    type: 'integer',
    default: 1_048_576,
    minimum: 1024,
    scope: 'resource',
    description: 'Files larger than this many bytes are left out (and listed with the reason).',
  },
  'read.maxTokens': {
    type: 'integer',
    default: 50_000_000,
    minimum: 1000,
    scope: 'window',
    description: 'Reading stops after this many tokens; what is left out is listed.',
  },
  'engine.device': {
    type: 'string',
    default: 'auto',
    choices: ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
    scope: 'machine',
    description:
      'The device the model runs on. `auto` probes in a separate process and takes the first that gives right results.',
  },
  'engine.model': {
    type: 'string',
    default: '',
    scope: 'machine',
    description: 'A folder with model weights to use instead of the ones shipped.',
  },
  neural: {
    type: 'boolean',
    default: false,
    scope: 'machine',
    description:
      'Have the model read the repository in the background as well, on all cores while nothing else wants them. Experimental: off until the model that comes with Longsight is worth the time; on wherever `longsight.engine.model` names another.',
  },
  'cache.folder': {
    type: 'string',
    default: '',
    scope: 'machine',
    description:
      'Where what was read is kept between sessions. Empty: the user cache folder of the operating system.',
  },
  'cache.maxSize': {
    type: 'integer',
    default: 2048,
    minimum: 16,
    scope: 'machine',
    description: 'The largest size of the cache, in megabytes; what was used longest ago goes first.',
  },
  trace: {
    type: 'string',
    default: 'off',
    choices: ['off', 'messages', 'verbose'],
    scope: 'window',
    description: 'What of the conversation between editor and language server goes to the output channel.',
  },
};

/** The table as rows, in the order in which a reader should meet them. */
export const settings: readonly Setting[] = (Object.keys(table) as SettingName[]).map(
  name => ({ name, ...table[name] }) as Setting,
);

export function defaultSettings(): SettingsShape {
  return Object.fromEntries(
    settings.map(setting => [setting.name, setting.default]),
  ) as unknown as SettingsShape;
}
