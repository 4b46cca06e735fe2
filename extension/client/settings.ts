/** The user's settings, typed by the one table of them. */
import * as vscode from 'vscode';
import { type SettingName, type SettingValue, settingsSection } from '../../server/protocol/settings.ts';

/** The value of a setting as it holds for a document, or for the window without one. */
export function readSetting<Name extends SettingName>(
  name: Name,
  scope?: vscode.ConfigurationScope,
): SettingValue<Name> {
  // The manifest carries a default for every setting, so there always is a value.
  return vscode.workspace.getConfiguration(settingsSection, scope).get(name) as SettingValue<Name>;
}

/** Changes a setting where it is already set for this workspace, else for the user: nobody's repository gains a settings file by a click. */
export async function writeSetting<Name extends SettingName>(
  name: Name,
  value: SettingValue<Name>,
): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  const target =
    configuration.inspect(name)?.workspaceValue === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  await configuration.update(name, value, target);
}

/** Whether completions are wanted in this document. */
export function isEnabled(document: vscode.TextDocument): boolean {
  if (!readSetting('enable', document)) return false;
  const languages = readSetting('languages', document);
  return languages[document.languageId] ?? languages['*'] ?? true;
}
