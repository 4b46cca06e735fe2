/** Counts suggestions shown, accepted, and still there a minute later. Stored locally, shown and erased on demand. */
import * as vscode from 'vscode';
import type { Context } from '../client/context.ts';
import { fullCount } from '../client/words.ts';
import type { Suggested, Suggestions } from './suggestions.ts';

interface Counts {
  readonly shown: number;
  readonly accepted: number;
  /** Accepted suggestions checked a minute later, and those still there. */
  readonly lookedAt: number;
  readonly kept: number;
}

interface Statistics {
  /** ISO date. */
  readonly since: string;
  readonly byLanguage: Readonly<Record<string, Counts>>;
}

const key = 'longsight.statistics';
const none: Counts = { shown: 0, accepted: 0, lookedAt: 0, kept: 0 };

export function activate({ extension }: Context, suggestions: Suggestions): void {
  const { globalState } = extension;
  const minute = minuteOf(extension);
  const read = (): Statistics =>
    globalState.get<Statistics>(key) ?? { since: new Date().toISOString().slice(0, 10), byLanguage: {} };
  const count = (languageId: string, change: (counts: Counts) => Partial<Counts>): void => {
    const { since, byLanguage } = read();
    const counts = byLanguage[languageId] ?? none;
    const changed = { ...byLanguage, [languageId]: { ...counts, ...change(counts) } };
    void globalState.update(key, { since, byLanguage: changed });
  };
  const timers = new Set<NodeJS.Timeout>();
  extension.subscriptions.push(
    suggestions.onDidOffer(({ languageId }) => count(languageId, ({ shown }) => ({ shown: shown + 1 }))),
    suggestions.onDidAccept(accepted => {
      count(accepted.languageId, counts => ({ accepted: counts.accepted + 1 }));
      const timer = setTimeout(() => {
        timers.delete(timer);
        const isKept = isStillThere(accepted);
        if (isKept === undefined) return;
        count(accepted.languageId, ({ lookedAt, kept }) => ({
          lookedAt: lookedAt + 1,
          kept: kept + Number(isKept),
        }));
      }, minute);
      timers.add(timer);
    }),
    vscode.commands.registerCommand('longsight.showStatistics', () => show(read(), erase)),
    vscode.commands.registerCommand('longsight.eraseStatistics', erase),
    { dispose: () => timers.forEach(clearTimeout) },
  );

  async function erase(): Promise<void> {
    await globalState.update(key, undefined);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Suggestion statistics erased.'), 4000);
  }
}

/** Undefined if the document is no longer open. */
function isStillThere({ uri, why }: Suggested): boolean | undefined {
  const document = vscode.workspace.textDocuments.find(open => open.uri.toString() === uri);
  const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
  return document && plain(document.getText()).includes(plain(why.text));
}

async function show({ since, byLanguage }: Statistics, erase: () => Promise<void>): Promise<void> {
  const t = vscode.l10n.t;
  const rows = Object.entries(byLanguage).sort(([, a], [, b]) => b.shown - a.shown);
  const all = rows.reduce<Counts>((sum, [, one]) => added(sum, one), none);
  const eraseItem = { label: `$(trash) ${t('Erase')}` };
  const items = [
    { label: t('All languages'), description: sentence(all) },
    ...rows.map(([language, counts]) => ({ label: language, description: sentence(counts) })),
    eraseItem,
  ];
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem>(items, {
    title: t('Suggestions since {0}', since),
    placeHolder: t('Counted and stored on this machine only.'),
  });
  if (chosen === eraseItem) await erase();
}

function sentence({ shown, accepted, lookedAt, kept }: Counts): string {
  const share = shown === 0 ? 0 : Math.round((100 * accepted) / shown);
  return vscode.l10n.t(
    '{0} shown, {1} accepted ({2}%), {3} of {4} kept after a minute',
    fullCount(shown),
    fullCount(accepted),
    share,
    fullCount(kept),
    fullCount(lookedAt),
  );
}

function added(a: Counts, b: Counts): Counts {
  return {
    shown: a.shown + b.shown,
    accepted: a.accepted + b.accepted,
    lookedAt: a.lookedAt + b.lookedAt,
    kept: a.kept + b.kept,
  };
}

/** In milliseconds; shorter in development, for tests. */
function minuteOf(extension: vscode.ExtensionContext): number {
  const chosen = Number(process.env['LONGSIGHT_TEST_MINUTE']);
  return extension.extensionMode !== vscode.ExtensionMode.Production && chosen > 0 ? chosen : 60_000;
}
