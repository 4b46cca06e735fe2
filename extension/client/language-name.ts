import * as vscode from 'vscode';

/** A language's display name in the editor: `TypeScript JSX` for `typescriptreact`. Defaults to the identifier. */
export function languageName(id: string): string {
  for (const { packageJSON } of vscode.extensions.all) {
    const languages: unknown = packageJSON?.contributes?.languages;
    if (!Array.isArray(languages)) continue;
    const named = languages.find(one => one?.id === id && typeof one.aliases?.[0] === 'string');
    if (named) return String(named.aliases[0]);
  }
  return id;
}
