/** What the memory map says, in the display language. */
import * as vscode from 'vscode';
import type { Texts } from '../webview/messages.ts';
import type { Labels } from './html.ts';

export function mapLabels(): Labels {
  const t = vscode.l10n.t;
  return {
    title: t('Memory Map'),
    path: t('Folder shown'),
    colourBy: t('Colour by'),
    search: t('Search files'),
    list: t('List'),
    refresh: t('Refresh'),
    legend: t('Legend'),
    map: t('Map of the repository'),
    help: t(
      'Arrow keys go from file to file. Enter opens a file or folder, Space the folder that a file lies in, Escape the folder above. The List button shows the same as a list.',
    ),
  };
}

export function mapTexts(): Texts {
  const t = vscode.l10n.t;
  return {
    files: t('{0} files'),
    tokens: t('{0} tokens'),
    bitsPerByte: t('{0} bits a byte'),
    unknown: t('not known'),
    found: t('{0} of {1} files'),
    more: t('Show {0} more'),
    expected: t('as expected'),
    surprising: t('surprising'),
    measuring: t('Measuring surprise …'),
    attentionFrom: t('What the memory connects to {0}'),
    attentionNone: t('Open a file: the map shows what the memory connects to its cursor.'),
    weak: t('weak'),
    strong: t('strong'),
    old: t('unchanged since'),
    recent: t('changed'),
    other: t('Other'),
    changed: t('changed on {0}'),
    connected: t('connected: {0}'),
    empty: t('Nothing has been read yet.'),
    colourings: {
      surprise: t('surprise'),
      attention: t('attention from the cursor'),
      recency: t('last change'),
      language: t('language'),
    },
  };
}
