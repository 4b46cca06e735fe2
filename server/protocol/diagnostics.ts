/**
 * Figures about an installation that users can attach to a report. No code, and no names or paths of files, folders,
 * people or models: every value is a number, a flag, or a word that this project chose.
 */
import { type Setting, type SettingsShape, settings } from './settings.ts';

export type Figure = number | boolean | string;
type Section = Readonly<Record<string, Figure>>;
/** Figures by section, in display order. */
export type Diagnostics = Readonly<Record<string, Section>>;

/** Settings that differ from their defaults: values of flags, numbers and choices; for others only that they differ. */
export function changedSettings(current: SettingsShape): Section {
  const changed = settings.filter(
    ({ name, default: usual }) => JSON.stringify(current[name]) !== JSON.stringify(usual),
  );
  return Object.fromEntries(changed.map(setting => [setting.name, shownValue(setting, current)]));
}

function shownValue({ name, type, choices }: Setting, current: SettingsShape): Figure {
  const value = current[name];
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string' && choices?.includes(value)) return value;
  if (type === 'array' || type === 'object') return `${Object.keys(value).length} entries`;
  return 'changed';
}

/** The leading numbers of a version, such as `5.15.0` of `5.15.0-custom`: the rest can be anyone's words. */
export function versionNumbers(version: string): string {
  return /^v?(\d{1,6}(?:\.\d{1,6}){0,3})(?!\d)/.exec(version)?.[1] ?? 'unknown';
}

/** The name if it is one of these, ignoring case, else "other". */
export function knownName(name: string, known: readonly string[]): string {
  return known.find(one => one.toLowerCase() === name.toLowerCase()) ?? 'other';
}

/** Editors by their own names. */
export const editorNames: readonly string[] = [
  'Visual Studio Code',
  'Visual Studio Code - Insiders',
  'Code - OSS',
  'VSCodium',
  'code-server',
  'Cursor',
  'Windsurf',
  'Neovim',
  'Vim',
  'Helix',
  'Emacs',
  'Zed',
  'Sublime Text',
  'Sublime Text LSP',
  'Kate',
  'Eclipse',
  'IntelliJ IDEA',
];

/** As lines of text, one figure per line, by section. */
export function diagnosticsText(diagnostics: Diagnostics): string {
  const lines = [
    'Longsight diagnostics',
    'Versions, settings, counts and times. No code, and no names or paths of files, folders or people.',
  ];
  for (const [section, figures] of Object.entries(diagnostics)) {
    const rows = Object.entries(figures);
    if (rows.length === 0) continue;
    lines.push('', section);
    for (const [name, figure] of rows) lines.push(`  ${name.padEnd(26)} ${shown(figure)}`);
  }
  return `${lines.join('\n')}\n`;
}

function shown(figure: Figure): string {
  if (typeof figure === 'boolean') return figure ? 'yes' : 'no';
  return typeof figure === 'number' ? String(Math.round(figure * 100) / 100) : figure;
}
