/** Shows status: a status bar item that opens a menu, and a language status item with statistics. */
import * as vscode from 'vscode';
import type { BackgroundReading } from '../server/protocol/progress.ts';
import type { Status } from '../server/protocol/requests.ts';
import type { Context } from './client/context.ts';
import { languageName } from './client/language-name.ts';
import { isEnabled, modelName, readSetting } from './client/settings.ts';
import { fullCount, megabytes, percent, shortCount } from './client/words.ts';
import { type Activity, wordsOf } from './completion/activity.ts';
import type { Snooze } from './completion/snooze.ts';

export function activate(context: Context, snooze: Snooze, activity: Activity): void {
  const { extension, client } = context;
  const bar = vscode.window.createStatusBarItem('longsight.status', vscode.StatusBarAlignment.Right, 100);
  bar.name = 'Longsight';
  bar.command = 'longsight.showMenu';
  const item = vscode.languages.createLanguageStatusItem('longsight.language', [
    { scheme: 'file' },
    { scheme: 'untitled' },
  ]);
  item.name = 'Longsight';
  item.command = { command: 'longsight.showMenu', title: vscode.l10n.t('Menu') };
  const refresh = (): void => {
    const report = reportOf(context, snooze, activity);
    bar.text = `$(${report.icon}) Longsight${report.short ? ` ${report.short}` : ''}`;
    bar.tooltip = tooltip(report, client.status);
    bar.backgroundColor =
      report.level === 'error' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    bar.accessibilityInformation = { label: `Longsight: ${report.text}`, role: 'button' };
    item.text = report.text;
    item.detail = report.detail;
    item.busy = report.level === 'busy';
    item.severity =
      report.level === 'error'
        ? vscode.LanguageStatusSeverity.Error
        : vscode.LanguageStatusSeverity.Information;
    item.accessibilityInformation = { label: `Longsight: ${report.text}. ${report.detail}` };
    void setContext('running', client.connection === 'running');
    void setContext('paused', client.status?.state === 'paused');
    const document = vscode.window.activeTextEditor?.document;
    void setContext('languageEnabled', document !== undefined && isEnabled(document));
  };
  extension.subscriptions.push(
    bar,
    item,
    client.onDidChange(refresh),
    snooze.onDidChange(refresh),
    activity.onDidChange(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    // Changing a document's language reopens it.
    vscode.workspace.onDidOpenTextDocument(document => {
      if (document === vscode.window.activeTextEditor?.document) refresh();
    }),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration('longsight')) refresh();
    }),
    // The walkthrough misses contexts set before it was registered, so set one when its tab opens.
    vscode.window.tabGroups.onDidChangeTabs(
      () => void setContext('wasReady', client.status?.state === 'ready'),
    ),
    vscode.commands.registerCommand('longsight.showMenu', () => showMenu(context, snooze, activity)),
  );
  refresh();
  bar.show();
}

interface Report {
  readonly level: 'good' | 'busy' | 'quiet' | 'error';
  readonly icon: string;
  /** For the status bar, after the name. */
  readonly short: string;
  /** One line. */
  readonly text: string;
  readonly detail: string;
}

function reportOf({ client }: Context, snooze: Snooze, activity: Activity): Report {
  const { connection, status, problem } = client;
  const t = vscode.l10n.t;
  const quiet = (text: string, detail = ''): Report => ({
    level: 'quiet',
    icon: 'circle-slash',
    short: '',
    text,
    detail,
  });
  if (!vscode.workspace.isTrusted) return quiet(t('Off in untrusted folders'));
  if (connection === 'failed')
    return { level: 'error', icon: 'warning', short: '', text: t('Stopped'), detail: problem ?? '' };
  if (connection === 'off') return quiet(t('Off'));
  if (connection === 'starting' || !status)
    return { level: 'busy', icon: 'loading~spin', short: '', text: t('Starting'), detail: '' };
  const detail = detailOf(status);
  if (status.state === 'failed')
    return {
      level: 'error',
      icon: 'warning',
      short: '',
      text: t('Reading failed'),
      detail: status.problem ?? detail,
    };
  if (status.state === 'reading') {
    const known = status.filesTotal > 0;
    const text = known
      ? t('Reading: {0} of {1} files', fullCount(status.files), fullCount(status.filesTotal))
      : t('Looking for files');
    return { level: 'busy', icon: 'sync~spin', short: known ? `${percent(status)}%` : '', text, detail };
  }
  if (status.state === 'paused')
    return { level: 'quiet', icon: 'debug-pause', short: t('paused'), text: t('Paused'), detail };
  if (snooze.until !== undefined) {
    const time = snooze.until.toLocaleTimeString(vscode.env.language, { hour: '2-digit', minute: '2-digit' });
    return { level: 'quiet', icon: 'bell-slash', short: '', text: t('Snoozed until {0}', time), detail };
  }
  const text = status.state === 'ready' ? t('{0} tokens read', shortCount(status.tokens)) : t('Not read yet');
  // The index works without the engine, so engine problems are a side note.
  const remark = status.engine === 'failed' && status.problem ? `${detail} · ${status.problem}` : detail;
  const thought = status.state === 'ready' ? wordsOf(activity.thought) : undefined;
  if (thought !== undefined)
    return {
      level: 'good',
      icon: iconHere(),
      short: `$(${thought.icon})`,
      text: thought.text,
      detail: remark,
    };
  return { level: 'good', icon: iconHere(), short: '', text, detail: remark };
}

/** The icon shows whether completions are enabled in the active editor. */
function iconHere(): string {
  const document = vscode.window.activeTextEditor?.document;
  if (document && !isEnabled(document)) return 'circle-slash';
  return readSetting('completion.scope', document) === 'file' ? 'file' : 'telescope';
}

function detailOf(status: Status): string {
  const t = vscode.l10n.t;
  const parts = [status.device, t('{0} files', fullCount(status.files))];
  if (status.skipped > 0) parts.push(t('{0} skipped', fullCount(status.skipped)));
  if (status.stale > 0) parts.push(t('{0} changed since read', fullCount(status.stale)));
  return parts.filter(part => part !== '').join(' · ');
}

function tooltip(report: Report, status: Status | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown('**Longsight** · ').appendText(report.text).appendMarkdown('\n\n');
  if (report.level === 'error' || !status) return text.appendText(report.detail);
  const t = vscode.l10n.t;
  const rows: [string, string][] = [
    [t('Tokens'), fullCount(status.tokens)],
    [t('Files'), `${fullCount(status.files)} / ${fullCount(status.filesTotal)}`],
    [t('Skipped'), fullCount(status.skipped)],
    [t('Changed since read'), fullCount(status.stale)],
    [t('Memory'), megabytes(status.memoryBytes)],
    ...(status.background ? [backgroundRow(status.background)] : []),
    [t('Device'), status.device || t('none')],
    [t('Model'), modelName()],
  ];
  text.appendMarkdown('| | |\n|---|---|\n');
  for (const [name, value] of rows) {
    // A line break or bar in the value would end the table.
    const cell = value.replace(/[\r\n|]+/g, ' ');
    text.appendMarkdown(`| ${name} | `).appendText(cell).appendMarkdown(' |\n');
  }
  // Sentences wrap below the table, but not inside it.
  if (status.deviceReason) text.appendMarkdown('\n').appendText(status.deviceReason);
  return text;
}

/** How much the model has read of its own accord, and why it does not go on. */
function backgroundRow({ state, tokens, tokensTotal }: BackgroundReading): [string, string] {
  const t = vscode.l10n.t;
  const share = `${Math.floor((100 * tokens) / Math.max(1, tokensTotal))} %`;
  const words: Record<typeof state, string> = {
    reading: t('{0}, goes on while you are idle', share),
    done: share,
    battery: t('{0}, waits for mains power', share),
    budget: t('{0}, time used up until the folder is opened again', share),
    paused: t('{0}, paused', share),
    failed: t('{0}, failed', share),
  };
  return [t('Read in the background'), words[state]];
}

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
}

async function showMenu(context: Context, snooze: Snooze, activity: Activity): Promise<void> {
  const { client } = context;
  const t = vscode.l10n.t;
  const document = vscode.window.activeTextEditor?.document;
  const item = (icon: string, label: string, command: string): MenuItem => ({
    label: `$(${icon}) ${label}`,
    command: `longsight.${command}`,
  });
  const heading = (label: string): MenuItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: MenuItem[] = [];
  const running = client.connection === 'running';
  if (running) {
    items.push(heading(t('Repository')));
    items.push(item('telescope', t('Summarize Repository'), 'summarize'));
    items.push(item('layout', t('Show Memory Map'), 'showMap'));
    items.push(item('export', t('Export Digest'), 'exportDigest'));
    items.push(item('checklist', t('Show Coverage'), 'showCoverage'));
    items.push(item('book', t('Read Repository Again'), 'read'));
    items.push(
      client.status?.state === 'paused'
        ? item('debug-continue', t('Resume'), 'resume')
        : item('debug-pause', t('Pause'), 'pause'),
    );
    items.push(item('trash', t('Clear Repository Memory'), 'clear'));
  }
  items.push(heading(t('Completions')));
  if (document) {
    items.push(
      isEnabled(document)
        ? item('circle-slash', t('Disable for {0}', languageName(document.languageId)), 'disableLanguage')
        : item('check', t('Enable for {0}', languageName(document.languageId)), 'enableLanguage'),
    );
  }
  items.push(
    snooze.until === undefined
      ? item('bell-slash', t('Snooze'), 'snooze')
      : item('bell', t('End Snoozing'), 'endSnooze'),
  );
  items.push(item('debug-step-over', t('No Next Edits in This Session'), 'stopNextEdits'));
  items.push(
    readSetting('completion.scope') === 'file'
      ? item('repo', t('Complete from the Whole Repository'), 'toggleFileScope')
      : item('file', t('Complete from the Current File Only'), 'toggleFileScope'),
  );
  items.push(heading(t('Engine')));
  items.push(item('chip', t('Choose Device'), 'chooseDevice'));
  items.push(item('sparkle', t('Choose Code Model'), 'chooseCodeModel'));
  items.push(item('symbol-misc', t('Replace Bundled Model'), 'chooseModel'));
  items.push(item('debug-restart', t('Restart Engine'), 'restartEngine'));
  items.push(item('output', t('Show Log'), 'showLog'));
  items.push(item('pulse', t('Collect Diagnostics'), 'collectDiagnostics'));
  items.push(item('mortar-board', t('Open Walkthrough'), 'openWalkthrough'));
  items.push({ label: `$(gear) ${t('Open Settings')}`, command: 'workbench.action.openSettings' });
  const report = reportOf(context, snooze, activity);
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Longsight: ${report.text}`,
    placeHolder: report.detail,
  });
  if (!chosen?.command) return;
  const argument = chosen.command.startsWith('longsight.') ? [] : ['@ext:longsight.longsight'];
  await vscode.commands.executeCommand(chosen.command, ...argument);
}

function setContext(name: string, value: unknown): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', `longsight.${name}`, value);
}
