/** The user's settings, typed by the table of settings. */
import path from 'node:path';
import * as vscode from 'vscode';
import { type SettingName, type SettingValue, settingsSection } from '../../server/protocol/settings.ts';

/** The value of a setting for a document, or for the window. */
export function readSetting<Name extends SettingName>(
  name: Name,
  scope?: vscode.ConfigurationScope,
): SettingValue<Name> {
  // The manifest has a default for every setting, so there is always a value.
  return vscode.workspace.getConfiguration(settingsSection, scope).get(name) as SettingValue<Name>;
}

/**
 * Changes a setting in the workspace if it is set there, otherwise for the user, so that a click never adds a settings
 * file to a repository.
 */
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

/** Whether completions are enabled in this document. */
export function isEnabled(document: vscode.TextDocument): boolean {
  if (!readSetting('enable', document)) return false;
  const languages = readSetting('languages', document);
  return languages[document.languageId] ?? languages['*'] ?? true;
}

/** The selected model, by the name of its folder. */
export function modelName(): string {
  const folder = readSetting('engine.model');
  return folder === '' ? vscode.l10n.t('bundled') : path.basename(folder);
}
