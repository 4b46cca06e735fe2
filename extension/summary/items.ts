/** Converts summary nodes to the editor's tree items. */
import * as vscode from 'vscode';
import { cleanLine, cleanText } from '../../server/protocol/clean-text.ts';
import { openPlaceCommand, placeLink, uriOf } from '../client/places.ts';
import type { SummaryNode } from './nodes.ts';

export function treeItem(node: SummaryNode): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const state = node.children.length === 0 ? None : node.expanded ? Expanded : Collapsed;
  const item = new vscode.TreeItem(cleanLine(node.label), state);
  item.id = node.id;
  item.description = cleanLine(node.description);
  item.accessibilityInformation = { label: node.spoken };
  // Context values for menus.
  const has = {
    place: node.place !== undefined,
    text: node.copyText !== undefined,
    path: node.path !== undefined,
  };
  item.contextValue = Object.entries(has)
    .flatMap(([name, there]) => (there ? [name] : []))
    .join(' ');
  setIcon(item, node);
  if (node.text || node.place) item.tooltip = tooltip(node);
  // A click on a folder toggles it; its source is an inline action.
  if (node.command) item.command = { command: node.command, title: node.label };
  else if (node.place && node.children.length === 0)
    item.command = { command: openPlaceCommand, title: vscode.l10n.t('Open'), arguments: [node.place] };
  return item;
}

/** Files and folders use the icon theme, which goes by the resource's name. */
function setIcon(item: vscode.TreeItem, node: SummaryNode): void {
  if (node.icon !== 'file-theme' && node.icon !== 'folder-theme') {
    item.iconPath = new vscode.ThemeIcon(node.icon);
    return;
  }
  item.iconPath = node.icon === 'file-theme' ? vscode.ThemeIcon.File : vscode.ThemeIcon.Folder;
  const uri = node.path === undefined ? undefined : uriOf(node.path);
  if (uri) item.resourceUri = uri;
}

function tooltip(node: SummaryNode): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = { enabledCommands: [openPlaceCommand] };
  text.appendText(cleanText(node.text));
  if (node.generated)
    text
      .appendMarkdown('\n\n$(sparkle) ')
      .appendText(vscode.l10n.t('Generated, not quoted from the repository.'));
  if (node.place) text.appendMarkdown(`\n\n$(go-to-file) ${placeLink(node.place)}`);
  return text;
}
