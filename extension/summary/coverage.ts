/** What was indexed and left out, with reasons, as a searchable list. */
import * as vscode from 'vscode';
import { cleanLine, escapeMarkdown } from '../../server/protocol/clean-text.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { Coverage } from '../../server/protocol/requests.ts';
import { ask } from '../client/ask.ts';
import type { Context } from '../client/context.ts';
import { openPlace } from '../client/places.ts';
import { fullCount, reasonText, shortCount } from '../client/words.ts';

export function activate(context: Context): void {
  context.extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.showCoverage', () => show(context)),
  );
}

interface FileItem extends vscode.QuickPickItem {
  readonly path?: string;
}

async function show(context: Context): Promise<void> {
  const coverage = await ask(context, methods.coverage, null);
  if (!coverage) return;
  const pick = vscode.window.createQuickPick<FileItem>();
  const tokens = coverage.files.reduce((sum, file) => sum + file.tokens, 0);
  pick.title = vscode.l10n.t(
    'Files read: {0} · tokens: {1} · skipped: {2}',
    fullCount(coverage.files.length),
    shortCount(tokens),
    fullCount(coverage.skipped.length),
  );
  pick.placeholder = vscode.l10n.t('Filter by path or reason; press Enter to open the file');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = itemsOf(coverage);
  const copy = { iconPath: new vscode.ThemeIcon('copy'), tooltip: vscode.l10n.t('Copy as Markdown') };
  pick.buttons = [copy];
  pick.onDidTriggerButton(() => vscode.env.clipboard.writeText(asMarkdown(coverage)));
  pick.onDidAccept(() => {
    const path = pick.selectedItems[0]?.path;
    pick.hide();
    if (path) void openPlace({ path, line: 1 }, vscode.ViewColumn.Active);
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

/** By urgency: left out by reason, then changed, then indexed. */
function itemsOf(coverage: Coverage): FileItem[] {
  const items: FileItem[] = [];
  const heading = (label: string, count: number): void => {
    items.push({ label: `${label} (${fullCount(count)})`, kind: vscode.QuickPickItemKind.Separator });
  };
  for (const [reason, files] of byReason(coverage)) {
    heading(reasonText(reason), files.length);
    for (const { path, detail } of files) {
      const base = { label: cleanLine(path), description: reasonText(reason), path };
      items.push({ ...base, iconPath: new vscode.ThemeIcon('circle-slash'), ...(detail && { detail }) });
    }
  }
  const groups: [string, string, boolean][] = [
    [vscode.l10n.t('Changed since read'), 'history', true],
    [vscode.l10n.t('Read'), 'check', false],
  ];
  for (const [label, icon, stale] of groups) {
    const files = coverage.files.filter(file => file.stale === stale);
    if (files.length > 0) heading(label, files.length);
    for (const { path, tokens } of files) {
      const description = vscode.l10n.t('{0} tokens', fullCount(tokens));
      items.push({ label: cleanLine(path), description, iconPath: new vscode.ThemeIcon(icon), path });
    }
  }
  return items;
}

function byReason(coverage: Coverage): Map<string, Coverage['skipped'][number][]> {
  const groups = new Map<string, Coverage['skipped'][number][]>();
  for (const file of coverage.skipped) {
    const group = groups.get(file.reason);
    if (group) group.push(file);
    else groups.set(file.reason, [file]);
  }
  return groups;
}

function asMarkdown(coverage: Coverage): string {
  const skipped = coverage.skipped.map(({ path, reason, detail }) => [
    path,
    reasonText(reason),
    detail ?? '',
  ]);
  const read = coverage.files.map(({ path, tokens, stale }) => [path, String(tokens), stale ? 'stale' : '']);
  const table = (head: string[], rows: string[][]): string =>
    [head, head.map(() => '---'), ...rows.map(row => row.map(escapeMarkdown))]
      .map(row => `| ${row.join(' | ')} |`)
      .join('\n');
  return `${table(['Skipped', 'Reason', 'Detail'], skipped)}\n\n${table(['Read', 'Tokens', ''], read)}\n`;
}
