/** Formats numbers and reasons for users. */
import * as vscode from 'vscode';
import type { Status } from '../../server/protocol/requests.ts';

/** 1234567 as "1.2M", in the display language. */
export function shortCount(count: number): string {
  return new Intl.NumberFormat(vscode.env.language, {
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(count);
}

export function fullCount(count: number): string {
  return new Intl.NumberFormat(vscode.env.language).format(count);
}

export function megabytes(bytes: number): string {
  return `${new Intl.NumberFormat(vscode.env.language, { maximumFractionDigits: 1 }).format(bytes / 1e6)} MB`;
}

/** @param seconds since 1970 */
export function dateText(seconds: number): string {
  return new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium' }).format(1000 * seconds);
}

/** Share of the repository that is indexed, from 0 to 100. */
export function percent(status: Status): number {
  return status.filesTotal > 0 ? Math.floor((100 * status.files) / status.filesTotal) : 0;
}

/** Heading for a reason why files are left out. Unknown reasons are shown as they are. */
export function reasonText(reason: string): string {
  const known: Record<string, string> = {
    binary: vscode.l10n.t('Binary'),
    generated: vscode.l10n.t('Generated'),
    minified: vscode.l10n.t('Minified'),
    oversized: vscode.l10n.t('Too large'),
    secret: vscode.l10n.t('Possible secret'),
    excluded: vscode.l10n.t('Excluded by a setting or an ignore file'),
    encoding: vscode.l10n.t('Not UTF-8'),
    symlink: vscode.l10n.t('Symbolic link'),
    submodule: vscode.l10n.t('Submodule'),
    unreadable: vscode.l10n.t('Read error'),
    vanished: vscode.l10n.t('Deleted while reading'),
    empty: vscode.l10n.t('Empty'),
    limit: vscode.l10n.t('Over the token limit'),
  };
  return known[reason] ?? reason;
}
