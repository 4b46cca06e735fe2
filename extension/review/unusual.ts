/**
 * Unusual lines, when somebody asks for them: of the file in front as a quiet mark with its sources in the hover, of a change as a list sorted
 * by surprise. Never a problem, never a squiggle: what is unusual may well be right.
 */
import * as vscode from 'vscode';
import { cleanLine } from '../../server/protocol/clean-text.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { UnusualLine } from '../../server/protocol/unusual.ts';
import { askWithProgress } from '../client/ask.ts';
import type { Context } from '../client/context.ts';
import { openPlace, openPlaceCommand, uriOf } from '../client/places.ts';
import { unreadText } from '../client/unread.ts';
import { hoverText, wordText } from './texts.ts';

export function activate(context: Context): void {
  const marks = new Marks();
  context.extension.subscriptions.push(
    marks,
    vscode.commands.registerCommand('longsight.showUnusual', () => showInFile(context, marks)),
    vscode.commands.registerCommand('longsight.hideUnusual', () => marks.clear()),
    vscode.commands.registerCommand('longsight.reviewChanges', () => review(context, marks)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) marks.forget(document.uri);
    }),
    vscode.window.onDidChangeVisibleTextEditors(editors => marks.show(editors)),
  );
}

async function showInFile(context: Context, marks: Marks): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open a file to look for unusual lines in it.'));
    return;
  }
  const { uri, version } = editor.document;
  const title = vscode.l10n.t('Looking for unusual lines');
  const answer = await askWithProgress(context, title, methods.unusualLines, { uri: uri.toString() });
  if (!answer) return;
  // After an edit the line numbers no longer match.
  if (editor.document.version !== version) return showInFile(context, marks);
  marks.set(uri, answer.lines);
  const [first] = answer.lines;
  if (first === undefined) {
    void vscode.window.showInformationMessage(
      unreadText(context.client.status, vscode.l10n.t) ??
        vscode.l10n.t('Nothing in this file looks unlike the rest of the repository.'),
    );
    return;
  }
  const found = vscode.l10n.t('Unusual lines in this file: {0}', answer.lines.length);
  // A cell of a notebook and a document that was never saved have no file to open.
  const isFile = uri.scheme === 'file';
  await pickLine(answer.lines, found, isFile ? openLine : line => revealLine(editor, line));
}

async function review(context: Context, marks: Marks): Promise<void> {
  const title = vscode.l10n.t('Looking for unusual lines in your changes');
  const answer = await askWithProgress(context, title, methods.unusualChanges, { revision: 'HEAD', top: 50 });
  if (!answer) return;
  if (answer.checked === 0) {
    void vscode.window.showInformationMessage(
      unreadText(context.client.status, vscode.l10n.t) ??
        vscode.l10n.t('No line of code differs from the last commit.'),
    );
    return;
  }
  if (answer.lines.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The lines that differ from the last commit are blank or hold comments alone.'),
    );
    return;
  }
  for (const path of new Set(answer.lines.map(line => line.path))) {
    const uri = uriOf(path);
    if (uri)
      marks.set(
        uri,
        answer.lines.filter(line => line.path === path && line.isUnusual),
      );
  }
  await pickLine(
    answer.lines,
    vscode.l10n.t('Changed lines, most unusual first: {0} of {1}', answer.lines.length, answer.checked),
  );
}

interface LineItem extends vscode.QuickPickItem {
  readonly line: UnusualLine;
}

/** Enter opens a line. */
async function pickLine(
  lines: readonly UnusualLine[],
  title: string,
  open: (line: UnusualLine) => unknown = openLine,
): Promise<void> {
  const items: LineItem[] = lines.map(line => ({
    label: `${line.isUnusual ? '$(eye) ' : ''}${escapeIcons(cleanLine(line.text))}`,
    description: escapeIcons(`${cleanLine(line.path)}:${line.line}`),
    detail: escapeIcons(line.words.map(word => wordText(word, vscode.l10n.t)).join(' · ')),
    line,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
    placeHolder: vscode.l10n.t('Filter; press Enter to open the line'),
  });
  if (picked) await open(picked.line);
}

function openLine(line: UnusualLine): Promise<void> {
  return openPlace(line, vscode.ViewColumn.Active);
}

function revealLine(editor: vscode.TextEditor, { line }: UnusualLine): void {
  const { range } = editor.document.lineAt(Math.min(line, editor.document.lineCount) - 1);
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** `$(name)` in a label would become an icon. */
function escapeIcons(text: string): string {
  return text.replace(/\$\(/g, '$\u200c(');
}

/** Marks behind unusual lines, until the text changes. */
class Marks implements vscode.Disposable {
  readonly #type = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.wordHighlightForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 2em' },
  });
  readonly #lines = new Map<string, readonly UnusualLine[]>();

  set(uri: vscode.Uri, lines: readonly UnusualLine[]): void {
    this.#lines.set(uri.toString(), lines);
    this.show(vscode.window.visibleTextEditors);
  }

  forget(uri: vscode.Uri): void {
    if (this.#lines.delete(uri.toString())) this.show(vscode.window.visibleTextEditors, uri);
  }

  clear(): void {
    this.#lines.clear();
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(this.#type, []);
  }

  /** @param forgotten a document whose marks go */
  show(editors: readonly vscode.TextEditor[], forgotten?: vscode.Uri): void {
    for (const editor of editors) {
      const { document } = editor;
      const lines = this.#lines.get(document.uri.toString());
      if (lines === undefined && document.uri.toString() !== forgotten?.toString()) continue;
      editor.setDecorations(
        this.#type,
        (lines ?? []).map(line => markOf(line, document)),
      );
    }
  }

  dispose(): void {
    this.#type.dispose();
  }
}

function markOf(line: UnusualLine, document: vscode.TextDocument): vscode.DecorationOptions {
  const at = document.lineAt(Math.min(line.line, document.lineCount) - 1).range;
  const hoverMessage = new vscode.MarkdownString(hoverText(line, vscode.l10n.t));
  hoverMessage.isTrusted = { enabledCommands: [openPlaceCommand] };
  const [word] = line.words;
  const contentText = word?.expected
    ? vscode.l10n.t('elsewhere: {0}', cleanLine(word.expected).slice(0, 60))
    : vscode.l10n.t('nowhere else');
  return { range: at, hoverMessage, renderOptions: { after: { contentText } } };
}
