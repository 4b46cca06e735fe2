/**
 * One-line descriptions of names, from the repository: in the hover, and above definitions. Both are off by default.
 */
import * as vscode from 'vscode';
import { cleanLine } from '../../server/protocol/clean-text.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { LineSummary, RequestOf } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { extentOf } from '../client/extent.ts';
import { openPlaceCommand, pathOf, placeLink } from '../client/places.ts';
import { readSetting } from '../client/settings.ts';

const documents: vscode.DocumentSelector = { scheme: 'file' };

export function activate(context: Context): void {
  const { extension, client } = context;
  const changed = new vscode.EventEmitter<void>();
  let extent = '';
  extension.subscriptions.push(
    changed,
    vscode.languages.registerHoverProvider(documents, {
      provideHover: (document, position, token) => hover(context, document, position, token),
    }),
    vscode.languages.registerCodeLensProvider(documents, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: (document, token) => lenses(context, document, token),
    }),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration('longsight.summary.codeLens')) changed.fire();
    }),
    client.onDidChange(() => {
      const { connection, status } = client;
      // The editor refreshes when a document changes, but not when the index does.
      if (connection !== 'running' || status?.state !== 'ready' || extent === extentOf(status)) return;
      extent = extentOf(status);
      changed.fire();
    }),
  );
}

async function hover(
  context: Context,
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.Hover | undefined> {
  if (!readSetting('summary.hover', document)) return undefined;
  const at = { uri: document.uri.toString(), line: position.line + 1, column: position.character + 1 };
  const summary = await quietly(context, methods.lineSummary, at, token);
  if (!summary) return undefined;
  const text = new vscode.MarkdownString('$(telescope) ', true);
  text.isTrusted = { enabledCommands: [openPlaceCommand] };
  if (summary.generated) text.appendMarkdown('$(sparkle) ');
  text.appendText(cleanLine(summary.text));
  if (summary.usedBy > 0) text.appendText(` · ${usesOf(summary)}`);
  text.appendMarkdown(` · ${placeLink(summary)}`);
  return new vscode.Hover(text);
}

async function lenses(
  context: Context,
  document: vscode.TextDocument,
  token: vscode.CancellationToken,
): Promise<vscode.CodeLens[]> {
  if (!readSetting('summary.codeLens', document)) return [];
  const answer = await quietly(context, methods.lineSummaries, { uri: document.uri.toString() }, token);
  return (answer?.lines ?? []).flatMap(({ at, summary }) => {
    const { path, line, text, usedBy, generated } = summary;
    // Skip a lens that repeats the line below.
    const below = document.lineAt(Math.min(at, document.lineCount) - 1).text;
    const isRepeated = path === pathOf(document.uri) && below.includes(text.slice(0, signatureStart));
    if (isRepeated && usedBy === 0) return [];
    // Keeps icon syntax from being rendered as one.
    const said = cleanLine(text).replaceAll('$(', '$\u200a(');
    const title = isRepeated ? usesOf(summary) : usedBy > 0 ? `${said} · ${usesOf(summary)}` : said;
    return [
      new vscode.CodeLens(new vscode.Range(at - 1, 0, at - 1, 0), {
        title: generated ? `$(sparkle) ${title}` : title,
        command: openPlaceCommand,
        arguments: [{ path, line }],
        tooltip: vscode.l10n.t('Open {0}', `${path}:${line}`),
      }),
    ];
  });
}

/** Declarations are compared by this many characters. */
const signatureStart = 40;

function usesOf({ usedBy }: LineSummary): string {
  return usedBy === 1 ? vscode.l10n.t('used by 1 file') : vscode.l10n.t('used by {0} files', usedBy);
}

/** Not requested by the user, so failures only go to the log. */
async function quietly<Parameters, Result>(
  { client, log }: Context,
  type: RequestOf<Parameters, Result>,
  parameters: Parameters,
  token: vscode.CancellationToken,
): Promise<Result | undefined> {
  if (client.connection !== 'running') return undefined;
  try {
    return await client.request(type, parameters, token);
  } catch (error) {
    if (!token.isCancellationRequested) log.debug(`${type.method} failed.`, error);
    return undefined;
  }
}
