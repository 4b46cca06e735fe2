/** "Export digest": the repository as one document for another tool, within a token limit; opened, saved or copied. */
import * as posix from 'node:path/posix';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/message-of.ts';
import { methods } from '../../server/protocol/methods.ts';
import { type Digest, type DigestParameters, digestBudget } from '../../server/protocol/requests.ts';
import { askWithProgress } from '../client/ask.ts';
import type { Context } from '../client/context.ts';
import { pathOf } from '../client/places.ts';
import { fullCount } from '../client/words.ts';

type Format = DigestParameters['format'];

const extensions: Readonly<Record<Format, string>> = { markdown: 'md', json: 'json' };

export function activate(context: Context): void {
  context.extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.exportDigest', (target: unknown) => run(context, target)),
  );
}

async function run(context: Context, target: unknown): Promise<void> {
  const path = target instanceof vscode.Uri ? pathOf(target) : undefined;
  const format = await askForFormat();
  if (!format) return;
  const budget = await askForBudget();
  if (budget === undefined) return;
  const title = vscode.l10n.t('Longsight: exporting digest');
  const digest = await askWithProgress(context, title, methods.digest, {
    format,
    budget,
    ...(path && { path }),
  });
  if (digest) await hand(digest, format, path);
}

async function askForFormat(): Promise<Format | undefined> {
  const items: (vscode.QuickPickItem & { readonly format: Format })[] = [
    { label: 'Markdown', detail: vscode.l10n.t('For reading or pasting into a chat'), format: 'markdown' },
    { label: 'JSON', detail: vscode.l10n.t('For programs'), format: 'json' },
  ];
  const title = vscode.l10n.t('Export Digest: format');
  return (await vscode.window.showQuickPick(items, { title }))?.format;
}

async function askForBudget(): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Export Digest: maximum tokens'),
    prompt: vscode.l10n.t('Files that do not fit are outlined or listed by name.'),
    value: String(digestBudget),
    validateInput: given =>
      /^\s*[1-9]\d{2,8}\s*$/.test(given) ? undefined : vscode.l10n.t('Enter a whole number of at least 100.'),
  });
  return text === undefined ? undefined : Number(text);
}

/** Reports the contents and asks what to do with them. */
async function hand(digest: Digest, format: Format, path: string | undefined): Promise<void> {
  const items: (vscode.QuickPickItem & { readonly run: () => unknown })[] = [
    { label: `$(go-to-file) ${vscode.l10n.t('Open in an Editor')}`, run: () => open(digest, format) },
    { label: `$(save) ${vscode.l10n.t('Save to a File')}`, run: () => save(digest, format, path) },
    {
      label: `$(copy) ${vscode.l10n.t('Copy to the Clipboard')}`,
      run: () => vscode.env.clipboard.writeText(digest.text),
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Digest: {0} tokens', fullCount(digest.tokens)),
    placeHolder: vscode.l10n.t(
      'Files: {0} complete, {1} outlined, {2} listed by name, {3} skipped.',
      fullCount(digest.whole),
      fullCount(digest.outlined),
      fullCount(digest.named),
      fullCount(digest.skipped.length),
    ),
    ignoreFocusOut: true,
  });
  await chosen?.run();
}

async function open(digest: Digest, format: Format): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: format, content: digest.text });
  await vscode.window.showTextDocument(document);
}

async function save(digest: Digest, format: Format, path: string | undefined): Promise<void> {
  const of = path ? posix.basename(path) : (vscode.workspace.name ?? 'repository');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${of.replace(/[^\w.-]+/g, '-')}-digest.${extensions[format]}`;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Digest'),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (!uri) return;
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(digest.text));
    await vscode.window.showTextDocument(uri);
  } catch (error) {
    const why = messageOf(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('Could not save the digest: {0}', why));
  }
}
