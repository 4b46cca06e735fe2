/** The extension's entry point: wires one client to the features. No model code and no reading happens in this process. */
import * as vscode from 'vscode';
import * as benchmark from './benchmark.ts';
import * as candidates from './candidates.ts';
import { Client, type Patience, usualPatience } from './client.ts';
import * as commands from './commands.ts';
import type { Context } from './context.ts';
import * as coverage from './coverage.ts';
import * as descriptions from './descriptions.ts';
import * as digest from './digest.ts';
import * as lineSummaries from './line-summaries.ts';
import * as memoryMap from './memory-map.ts';
import * as statistics from './statistics.ts';
import * as status from './status.ts';
import { Suggestions } from './suggestions.ts';
import * as summaryView from './summary-view.ts';
import * as trouble from './trouble.ts';
import * as where from './where.ts';
import * as why from './why.ts';

export function activate(extension: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Longsight', { log: true });
  const suggestions = new Suggestions();
  const client = new Client({
    module: extension.asAbsolutePath('dist/server.js'),
    log,
    middleware: suggestions.middleware,
    patience: patienceOf(extension),
  });
  const context: Context = { extension, log, client, suggestions };
  extension.subscriptions.push(log, suggestions, client);
  const features = [
    candidates,
    benchmark,
    commands,
    coverage,
    descriptions,
    digest,
    lineSummaries,
    memoryMap,
    statistics,
    status,
    summaryView,
    trouble,
    where,
    why,
  ];
  for (const feature of features) feature.activate(context);
  extension.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(() => void client.applyTrace()),
    log.onDidChangeLogLevel(() => void client.applyTrace()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void client.start()),
  );
  // Reading runs git, and a repository's git configuration can name programs: not before the user trusts it.
  if (vscode.workspace.isTrusted) void client.start();
  else log.info('Nothing is read until this workspace is trusted.');
}

/** While developing, a hang can be made to show sooner. */
function patienceOf(extension: vscode.ExtensionContext): Patience {
  const ping = Number(process.env['LONGSIGHT_TEST_PATIENCE']);
  if (extension.extensionMode === vscode.ExtensionMode.Production || !(ping > 0)) return usualPatience;
  return { ...usualPatience, pingEvery: ping, pingTimeout: ping };
}
