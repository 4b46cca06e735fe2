/** The extension's entry point: connects one client to the features. No model code or indexing runs in this process. */
import * as vscode from 'vscode';
import * as benchmark from './benchmark.ts';
import { Client, type Patience, usualPatience } from './client/client.ts';
import type { Context } from './client/context.ts';
import * as commands from './commands.ts';
import { Activity } from './completion/activity.ts';
import * as candidates from './completion/candidates.ts';
import * as indentation from './completion/indentation.ts';
import * as nextEdit from './completion/next-edit.ts';
import * as readingAhead from './completion/reading-ahead.ts';
import { Snooze } from './completion/snooze.ts';
import * as statistics from './completion/statistics.ts';
import { Suggestions } from './completion/suggestions.ts';
import * as why from './completion/why.ts';
import * as diagnostics from './diagnostics.ts';
import * as memoryMap from './map/memory-map.ts';
import * as models from './models.ts';
import * as unusual from './review/unusual.ts';
import * as status from './status.ts';
import * as coverage from './summary/coverage.ts';
import * as descriptions from './summary/descriptions.ts';
import * as digest from './summary/digest.ts';
import * as lineSummaries from './summary/line-summaries.ts';
import * as summaryView from './summary/view.ts';
import * as where from './summary/where.ts';
import * as trouble from './trouble.ts';

export function activate(extension: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Longsight', { log: true });
  const snooze = new Snooze();
  const activity = new Activity();
  const suggestions = new Suggestions(snooze, activity);
  const client = new Client({
    module: extension.asAbsolutePath('dist/server.js'),
    log,
    middleware: suggestions.middleware,
    patience: patienceOf(extension),
  });
  const context: Context = { extension, log, client };
  extension.subscriptions.push(log, suggestions, client, snooze, activity);
  extension.subscriptions.push(client.onDidAnswer(answered => activity.answered(answered)));
  snooze.activate(extension);
  const features = [
    benchmark,
    commands,
    coverage,
    descriptions,
    diagnostics,
    digest,
    indentation,
    lineSummaries,
    memoryMap,
    models,
    nextEdit,
    summaryView,
    trouble,
    unusual,
    where,
  ];
  for (const feature of features) feature.activate(context);
  status.activate(context, snooze, activity);
  readingAhead.activate(context, snooze);
  for (const feature of [candidates, statistics, why]) feature.activate(context, suggestions);
  extension.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(() => void client.applyTrace()),
    log.onDidChangeLogLevel(() => void client.applyTrace()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void client.start()),
  );
  // Indexing runs git, and a repository's git configuration can name programs: wait until the user trusts it.
  if (vscode.workspace.isTrusted) void client.start();
  else log.info('Waiting for workspace trust before reading the repository.');
}

/** In development, hangs can be detected sooner. */
function patienceOf(extension: vscode.ExtensionContext): Patience {
  const ping = Number(process.env['LONGSIGHT_TEST_PATIENCE']);
  if (extension.extensionMode === vscode.ExtensionMode.Production || !(ping > 0)) return usualPatience;
  return { ...usualPatience, pingEvery: ping, pingTimeout: ping };
}
