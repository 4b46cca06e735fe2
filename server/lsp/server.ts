/** The language server over any connection: assembles the features when a client initialises. */
import {
  type Connection,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  NotebookDocuments,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { clearStates } from '../coder/kept-states.ts';
import { probeCacheIn } from '../engine/probe-cache.ts';
import { createEngine, type Engine } from '../engine/process.ts';
import { connectionLog } from '../host/log.ts';
import type { OpenParameters } from '../host/messages.ts';
import { throttle } from '../host/throttle.ts';
import { coderInUse, libraryIn } from '../models/in-use.ts';
import { messageOf } from '../protocol/message-of.ts';
import { acceptedCommand, downloadNotification } from '../protocol/requests.ts';
import type { SettingName, SettingsShape } from '../protocol/settings.ts';
import { cacheFolder } from '../storage/cache-store.ts';
import type { WorkspaceFolder } from '../workspace/source.ts';
import { AcceptanceCount } from './acceptance.ts';
import { refusedMethod } from './checked-messages.ts';
import { readClient } from './client.ts';
import { serveCompletions } from './completion.ts';
import { CountingLog, Durations, serverDiagnostics } from './diagnostics.ts';
import { changedFolders, foldersOf, initialFolders, pathOfUri } from './folders.ts';
import { NextEdits } from './next-edits.ts';
import { serveProgress } from './progress.ts';
import { RepositoryClient } from './repository-client.ts';
import { serveRequests } from './requests.ts';
import { Settings } from './settings.ts';
import { serveStatus } from './status.ts';
import { UnsavedDocuments } from './unsaved-documents.ts';
import { Watching } from './watching.ts';

export interface ServerOptions {
  /** The engine process's script. */
  readonly engineEntry: string;
  readonly version: string;
}

/** Answers only `initialize` until it has come. */
export function serve(connection: Connection, options: ServerOptions): void {
  const early = connection.onRequest(
    () => new ResponseError(ErrorCodes.ServerNotInitialized, 'The server is not initialized.'),
  );
  connection.onRequest(refusedMethod, (code: number, problem: string) => new ResponseError(code, problem));
  let isInitialized = false;
  connection.onInitialize(params => {
    if (isInitialized)
      return new ResponseError(ErrorCodes.InvalidRequest, 'The server is already initialized.');
    isInitialized = true;
    early.dispose();
    return start(connection, params, options);
  });
}

function start(
  connection: Connection,
  params: InitializeParams,
  { engineEntry, version }: ServerOptions,
): InitializeResult {
  const counted = new CountingLog(connectionLog(connection));
  const log = counted.write;
  const client = readClient(params);
  const settings = new Settings(connection, client, log, params.initializationOptions);
  let folders = initialFolders(params);
  const documents = new TextDocuments(TextDocument);
  const notebooks = new NotebookDocuments(documents);
  documents.listen(connection);
  notebooks.listen(connection);
  const engine = createEngine({
    entry: engineEntry,
    device: settings.current['engine.device'],
    log,
    probes: probeCacheIn(settings.current['cache.folder']),
  });
  const background = createEngine({
    entry: engineEntry,
    // Needs no probe, and takes no device from what the user waits for.
    device: 'cpu',
    isBackground: true,
    idleLimit: backgroundIdle,
    log: (level, message) => log(level === 'debug' ? 'debug' : 'info', message),
  });
  const repository = new RepositoryClient(log, openParameters(settings.current, folders), undefined, {
    engine,
    background,
  });
  const watching = new Watching(connection, client, log, repository);
  const status = serveStatus(connection, repository, engine);
  serveProgress(connection, client, repository);
  const acceptance = new AcceptanceCount();
  const answers = new Durations();
  const unsaved = new UnsavedDocuments(documents, repository);
  documents.onDidClose(({ document }) => settings.forget(document.uri));
  // The settings of a lone folder are the window's.
  const settingsOf = async (uri: string) => (folders.length > 1 ? settings.of(uri) : settings.current);
  serveCompletions(connection, documents, notebooks, settingsOf, repository, unsaved, acceptance, answers);
  connection.onExecuteCommand(({ command }) => {
    if (command !== acceptedCommand) throw unknownCommand(command);
    acceptance.accepted();
    return null;
  });
  const nextEdits = new NextEdits(documents);
  serveRequests(connection, documents, notebooks, repository, unsaved, {
    status,
    async read(_, token) {
      await repository.read(token);
      return status();
    },
    pause({ paused }) {
      // Not awaited: resuming takes a while, and the status shows progress.
      void repository.pause(paused);
      return status();
    },
    async clear() {
      await repository.clear();
      // Those of models that are no longer in use as well.
      await clearStates(library().folder);
      return status();
    },
    async restartEngine() {
      engine.restart(settings.current['engine.device']);
      await settled(engine);
      return status();
    },
    acceptance: () => acceptance.counts,
    diagnostics: () =>
      serverDiagnostics({
        version,
        client,
        folders: folders.length,
        settings: settings.current,
        repository,
        engine,
        acceptance,
        answers,
        log: counted,
      }),
    nextEdit: ({ uri }) => nextEdits.in(uri),
    models: () => library().list(),
    async getModel({ name }, token) {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => abort.abort());
      let [done, total] = [0, 0];
      const show = throttle(() => {
        void connection.sendNotification(downloadNotification.method, { name, done, total });
      }, 250);
      const onProgress = (bytes: number, all: number) => {
        [done, total] = [bytes, all];
        show();
      };
      try {
        await library().get(name, { signal: abort.signal, onProgress });
      } finally {
        listening.dispose();
      }
      return library().list();
    },
    async useModel({ name }) {
      if (name === null) await library().useNone();
      else await library().use(name);
      await reload();
      return library().list();
    },
  });

  documents.onDidSave(({ document }) => {
    const file = pathOfUri(document.uri);
    if (file !== undefined) repository.changed([file]);
  });
  const library = () => libraryIn(cacheFolder(settings.current['cache.folder']));
  const reload = async () => {
    const coder = await coderInUse(library()).catch((error: unknown) => {
      log('warning', `The code model cannot be used: ${messageOf(error)}`);
      return undefined;
    });
    const parameters = { ...openParameters(settings.current, folders), ...(coder && { coder }) };
    await Promise.all([
      watching.follow(folders),
      repository.configure(parameters, settings.current['read.onOpen']),
    ]);
  };
  settings.onChanged((now, before) => {
    if (now['engine.device'] !== before['engine.device']) engine.use(now['engine.device']);
    if (differ(now, before, indexSettings)) void reload();
  });
  let hasStarted = false;
  connection.onInitialized(async () => {
    if (hasStarted) return log('warning', 'Ignored a second initialized.');
    hasStarted = true;
    log('info', `Longsight ${version} started for ${client.name}.`);
    if (client.changesFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        folders = changedFolders(folders, foldersOf(added), foldersOf(removed));
        void reload();
      });
    }
    await settings.follow();
    await reload();
  });
  connection.onShutdown(async () => {
    await Promise.all([engine.stop(), background.stop(), repository.stop()]);
  });
  return {
    serverInfo: { name: 'Longsight', version },
    capabilities: {
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      notebookDocumentSync: { notebookSelector: [{ notebook: '*' }] },
      inlineCompletionProvider: true,
      // A client with a command of its own must not get a second one of that name.
      ...(client.ownCommands.includes(acceptedCommand)
        ? {}
        : { executeCommandProvider: { commands: [acceptedCommand] } }),
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}

/** Milliseconds that the process of background work waits for more: it should cost nothing while it has none. */
const backgroundIdle = 60_000;

const indexSettings = [
  'read.exclude',
  'read.maxFileSize',
  'read.maxTokens',
  'engine.model',
  'neural',
  'read.inBackground',
  'read.backgroundMinutes',
  'cache.folder',
  'cache.maxSize',
] as const satisfies SettingName[];

function differ(now: SettingsShape, before: SettingsShape, names: readonly SettingName[]): boolean {
  return names.some(name => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
}

function openParameters(settings: SettingsShape, folders: readonly WorkspaceFolder[]): OpenParameters {
  return {
    folders,
    exclude: settings['read.exclude'],
    maxFileSize: settings['read.maxFileSize'],
    maxTokens: settings['read.maxTokens'],
    modelFolder: settings['engine.model'],
    neural: settings.neural || settings['engine.model'] !== '',
    backgroundMinutes: settings['read.inBackground'] ? settings['read.backgroundMinutes'] : 0,
    cacheFolder: settings['cache.folder'],
    cacheSize: settings['cache.maxSize'],
  };
}

function unknownCommand(command: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, `Unknown command "${command}".`);
}

/** Resolves when the engine runs or has failed. */
function settled(engine: Engine): Promise<void> {
  return new Promise(resolve => {
    const stop = engine.onStatusChanged(({ state }) => {
      if (state !== 'running' && state !== 'failed' && state !== 'stopped') return;
      stop();
      resolve();
    });
  });
}
