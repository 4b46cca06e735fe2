/** Commands for the shown suggestion: next, previous, accept word, accept line, source. */
import * as vscode from 'vscode';
import type { Context } from '../client/context.ts';
import { openPlace } from '../client/places.ts';
import type { Suggestions } from './suggestions.ts';

export function activate({ extension }: Context, suggestions: Suggestions): void {
  const register = (name: string, run: () => unknown): void => {
    extension.subscriptions.push(vscode.commands.registerCommand(`longsight.${name}`, run));
  };
  const editorAction = (name: string): Thenable<unknown> =>
    vscode.commands.executeCommand(`editor.action.inlineSuggest.${name}`);
  register('nextCandidate', () => {
    suggestions.step(1);
    return editorAction('showNext');
  });
  register('previousCandidate', () => {
    suggestions.step(-1);
    return editorAction('showPrevious');
  });
  register('closeList', () => suggestions.closeList());
  register('acceptWord', () => editorAction('acceptNextWord'));
  register('acceptLine', () => editorAction('acceptNextLine'));
  register('openSource', async () => {
    const editor = vscode.window.activeTextEditor;
    const [place] =
      (editor && suggestions.at(editor.document, editor.selection.active)?.why.provenance) ?? [];
    if (place) await openPlace(place, vscode.ViewColumn.Beside);
    else
      void vscode.window.showInformationMessage(
        vscode.l10n.t('This suggestion does not come from a single place.'),
      );
  });
}
