/** Texts of the memory map, in the display language. */
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
      'Use the arrow keys to move between files. Enter opens a file or folder, Space opens the containing folder, Escape goes up a folder. The List button shows the files as a list.',
    ),
  };
}

export function mapTexts(): Texts {
  const t = vscode.l10n.t;
  return {
    files: t('{0} files'),
    tokens: t('{0} tokens'),
    bitsPerByte: t('{0} bits per byte'),
    peak: t('surprises most at line {0}'),
    unknown: t('unknown'),
    found: t('{0} of {1} files'),
    more: t('Show {0} more'),
    expected: t('as expected'),
    surprising: t('surprising'),
    measuring: t('Measuring surprise…'),
    attentionFrom: t('Similar to {0}'),
    attentionNone: t('Open a file to see which files resemble the code at its cursor.'),
    weak: t('weak'),
    strong: t('strong'),
    old: t('oldest change'),
    recent: t('changed'),
    other: t('Other'),
    changed: t('changed on {0}'),
    connected: t('similarity: {0}'),
    uses: t('uses {0}'),
    usedBy: t('used by {0}'),
    unrelated: t('no references to or from other parts'),
    parts: t('parts: {0}'),
    unused: t('used by no other part'),
    mostUsed: t('{0} references'),
    arrows: t('An arrow leads from a part to one that it uses; more references make it thicker.'),
    empty: t('The repository has not been read yet.'),
    colourings: {
      surprise: t('surprise'),
      attention: t('similarity to the cursor'),
      recency: t('last change'),
      language: t('language'),
      relations: t('uses between parts'),
    },
  };
}
