/** Passed to every feature of the extension. */
import type * as vscode from 'vscode';
import type { Client } from './client.ts';

export interface Context {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly client: Client;
}
