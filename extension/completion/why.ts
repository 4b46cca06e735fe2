/** "Why this suggestion?": its sources, as a list to open from and in a hover over the line. */
import * as vscode from 'vscode';
import { acceptedCommand, type Place, type RequestOf, type Why } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { openPlace, openPlaceCommand, peekPlaces, placeLink, placeText, uriOf } from '../client/places.ts';
import type { Suggestions } from './suggestions.ts';

const countAccepted: RequestOf<{ command: string; arguments: [Why] }, null> = {
  method: 'workspace/executeCommand',
};

export function activate(context: Context, suggestions: Suggestions): void {
  const { extension, client, log } = context;
  extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.why', () => showWhy(suggestions)),
    vscode.commands.registerCommand('longsight.peekSources', () => peekSources(suggestions)),
    vscode.commands.registerCommand(acceptedCommand, (why: Why) => {
      suggestions.accepted(why);
      log.debug(`Accepted a suggestion: ${originText(why)} ${why.provenance.map(placeText).join(', ')}`);
    }),
    suggestions.onDidAccept(({ why }) => {
      // The server counts for this session only; a failure does not matter.
      client.request(countAccepted, { command: acceptedCommand, arguments: [why] }).catch(() => {});
    }),
    vscode.languages.registerHoverProvider([{ scheme: 'file' }, { scheme: 'untitled' }], {
      provideHover(document, position) {
        const suggested = suggestions.at(document, position);
        // Before the suggestion, other hovers take precedence.
        if (!suggested || position.isBefore(suggested.position)) return undefined;
        return new vscode.Hover(explanation(suggested.why), new vscode.Range(suggested.position, position));
      },
    }),
  );
}

interface PlaceItem extends vscode.QuickPickItem {
  readonly place: Place;
}

async function showWhy(suggestions: Suggestions): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const suggested = editor && suggestions.at(editor.document, editor.selection.active);
  if (!suggested) return tellNothing();
  const { why } = suggested;
  const items = await Promise.all(
    why.provenance.map(
      async (place): Promise<PlaceItem> => ({
        label: placeText(place),
        detail: await lineText(place),
        iconPath: new vscode.ThemeIcon('file-code'),
        place,
      }),
    ),
  );
  const peekItem = { label: `$(eye) ${vscode.l10n.t('Peek All Sources')}` };
  const chosen = await vscode.window.showQuickPick<PlaceItem | vscode.QuickPickItem>(
    items.length > 0 ? [...items, peekItem] : [{ label: originText(why) }],
    {
      title: vscode.l10n.t('Why this suggestion? Confidence: {0}', percentText(why)),
      placeHolder: why.verbatim
        ? copiedText(why.verbatim)
        : vscode.l10n.t('{0} Press Enter to open a source.', originText(why)),
    },
  );
  if (chosen && 'place' in chosen) await openPlace(chosen.place, vscode.ViewColumn.Active);
  else if (chosen === peekItem) await peekSources(suggestions);
}

/** Peeks at the lines it was copied from, with their surroundings, below the cursor. */
async function peekSources(suggestions: Suggestions): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const suggested = editor && suggestions.at(editor.document, editor.selection.active);
  if (!suggested) return tellNothing();
  const { verbatim, provenance } = suggested.why;
  const others = provenance.filter(({ path, line }) => path !== verbatim?.path || line !== verbatim.line);
  if (!(await peekPlaces(editor, verbatim ? [verbatim, ...others] : others)))
    void vscode.window.showInformationMessage(
      vscode.l10n.t('This suggestion does not come from a single place.'),
    );
}

function tellNothing(): void {
  void vscode.window.showInformationMessage(vscode.l10n.t('Longsight has no suggestion on this line.'));
}

function copiedText({ path, line, endLine }: NonNullable<Why['verbatim']>): string {
  return line === endLine
    ? vscode.l10n.t('Exact copy of {0}:{1}', path, line)
    : vscode.l10n.t('Exact copy of {0}:{1}–{2}', path, line, endLine);
}

function explanation(why: Why): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: [openPlaceCommand] };
  const links = why.provenance.map(placeLink);
  text.appendMarkdown('$(telescope) ');
  text.appendMarkdown(
    links.length > 0
      ? vscode.l10n.t('Longsight · {0} confidence · from {1}', percentText(why), links.join(', '))
      : vscode.l10n.t('Longsight · {0} confidence', percentText(why)),
  );
  text.appendMarkdown('\n\n').appendText(originText(why));
  if (why.verbatim) text.appendMarkdown('\n\n').appendText(copiedText(why.verbatim));
  return text;
}

/** Describes the kind of source. */
function originText({ origin, model }: Why): string {
  const t = vscode.l10n.t;
  if (origin === 'repository') return t('Copied from other files of the repository.');
  if (origin === 'file') return t('Copied from this file.');
  if (origin === 'pieces') return t('Assembled from several places.');
  return model === undefined ? t('Written by the model.') : t('Written by {0}.', model);
}

async function lineText(place: Place): Promise<string> {
  const uri = uriOf(place.path);
  try {
    if (!uri) return '';
    const document = await vscode.workspace.openTextDocument(uri);
    return document.lineAt(Math.min(place.line, document.lineCount) - 1).text.trim();
  } catch {
    return vscode.l10n.t('This file no longer exists.');
  }
}

function percentText(why: Why): string {
  return `${Math.round(100 * why.confidence)} %`;
}
