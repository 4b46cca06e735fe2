/** A plain LSP client without an editor: starts the server, sends requests, records messages. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type CancellationToken,
  type ClientCapabilities,
  ConfigurationRequest,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  type InlineCompletionItem,
  InlineCompletionRequest,
  InlineCompletionTriggerKind,
  LogMessageNotification,
  type Position,
  type ProtocolConnection,
  type Registration,
  RegistrationRequest,
  ShowMessageNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
  WorkDoneProgressCreateRequest,
} from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import {
  type NotificationOf,
  type RequestOf,
  type Status,
  statusNotification,
} from '../../server/protocol/requests.ts';

const root = path.join(import.meta.dirname, '../..');

/** The programs that the same tests run against. */
export const programs = {
  source: path.join(root, 'server/lsp/main.ts'),
  bundle: path.join(root, 'dist/server.js'),
} as const;

/** Far longer than any answer takes on a busy machine. */
const patience = 60_000;

/** Default test settings: the device that always exists, suggestions unless they are mere guesses, and no work in the background. */
export const usual = {
  engine: { device: 'cpu' },
  completion: { eagerness: 0.9 },
  read: { inBackground: false },
};

export interface Progress {
  readonly token: string | number;
  readonly value: {
    readonly kind: 'begin' | 'report' | 'end';
    readonly message?: string;
    readonly percentage?: number;
  };
}

export interface ClientOptions {
  /** The user's cache folder; by default each client has its own. */
  readonly cache?: string;
  /** The file to run; defaults to the sources'. */
  readonly program?: string;
  /** A program, with arguments, that runs the server. */
  readonly wrapper?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Absolute paths. */
  readonly folders?: readonly string[];
  readonly capabilities?: ClientCapabilities;
  readonly clientInfo?: { readonly name: string; readonly version?: string };
  readonly initializationOptions?: unknown;
  /** Result of `workspace/configuration`, if the capabilities support it; of a document if it has a URI. */
  readonly configuration?: (uri?: string) => unknown;
}

export class TestClient {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly statuses: Status[] = [];
  readonly logs: string[] = [];
  readonly shown: string[] = [];
  readonly progress: Progress[] = [];
  readonly registrations: Registration[] = [];
  /** Standard output that was not a message. */
  readonly pollution: string[] = [];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly #options: ClientOptions;
  readonly #waiting = new Set<() => void>();

  constructor(options: ClientOptions = {}) {
    this.#options = options;
    const cache = options.cache ?? mkdtempSync(path.join(tmpdir(), 'longsight-cache-'));
    const command = [
      ...(options.wrapper ?? []),
      process.execPath,
      options.program ?? programs.source,
      '--stdio',
    ];
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Each operating system's user cache folder.
      env: {
        ...process.env,
        XDG_CACHE_HOME: cache,
        LOCALAPPDATA: cache,
        HOME: cache,
        ...options.environment,
      },
    });
    if (options.cache === undefined)
      child.once('exit', () =>
        rmSync(cache, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
      );
    this.process = child;
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    const reader = new StreamMessageReader(child.stdout);
    // Its timer would keep this process alive forever after a server that was killed while it wrote a message.
    reader.partialMessageTimeout = 0;
    this.connection = createProtocolConnection(reader, new StreamMessageWriter(child.stdin));
    this.connection.onError(([error]) => this.pollution.push(error.message));
    // Some tests end the server while we write to it.
    child.stdin.on('error', () => {});
    this.#listen();
  }

  async initialize(): Promise<InitializeResult> {
    const { folders = [], capabilities = {}, initializationOptions = usual } = this.#options;
    const result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      clientInfo: this.#options.clientInfo ?? { name: 'test' },
      rootUri: null,
      capabilities,
      initializationOptions,
      workspaceFolders: folders.map(folder => ({ uri: uriOf(folder), name: path.basename(folder) })),
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return result;
  }

  request<Parameters, Result>(
    type: RequestOf<Parameters, Result>,
    parameters: Parameters,
    token?: CancellationToken,
  ): Promise<Result> {
    return token === undefined
      ? this.connection.sendRequest<Result>(type.method, parameters)
      : this.connection.sendRequest<Result>(type.method, parameters, token);
  }

  /** Polls the status until it matches. */
  async whenStatus(wanted: (status: Status) => boolean): Promise<Status> {
    for (const late = Date.now() + patience; ; ) {
      const status = await this.request(methods.status, null);
      if (wanted(status)) return status;
      if (Date.now() > late) throw this.#inVain(status);
      await setTimeout(10);
    }
  }

  /** Resolves when `look` finds something after a message. Rejects after a long time. */
  async when<Found>(look: () => Found | undefined | false): Promise<Found> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      await new Promise<void>((resolve, reject) => {
        const timer = globalThis.setTimeout(() => reject(this.#inVain(this.statuses.at(-1))), patience);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Opens a document at version 1. */
  open(uri: string, text: string, languageId = 'typescript'): Promise<void> {
    const textDocument = { uri, languageId, version: 1, text };
    return this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }

  change(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): Promise<void> {
    const parameters = { textDocument: { uri, version }, contentChanges: changes };
    return this.connection.sendNotification(DidChangeTextDocumentNotification.type, parameters);
  }

  close(uri: string): Promise<void> {
    return this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  /** Requests as if the user had invoked it or, with the other kind, only typed. */
  async complete(
    uri: string,
    position: Position,
    token?: CancellationToken,
    triggerKind: InlineCompletionTriggerKind = InlineCompletionTriggerKind.Invoked,
  ): Promise<InlineCompletionItem[]> {
    const context = { triggerKind };
    const parameters = { textDocument: { uri }, position, context };
    const answer = await this.connection.sendRequest(InlineCompletionRequest.type, parameters, token);
    return Array.isArray(answer) ? answer : (answer?.items ?? []);
  }

  /** Reports changed files, as a watching client does. */
  tellChanged(...files: readonly string[]): Promise<void> {
    const changes = files.map(file => ({ uri: uriOf(file), type: FileChangeType.Changed }));
    return this.connection.sendNotification(DidChangeWatchedFilesNotification.method, { changes });
  }

  /** Shuts down as the protocol requires, and returns the exit code. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await this.connection.sendRequest(ShutdownRequest.type);
      await this.connection.sendNotification(ExitNotification.type);
    }
    const { code } = await this.exited;
    this.connection.dispose();
    return code;
  }

  #listen(): void {
    const { connection } = this;
    const keep = <Parameters>(type: NotificationOf<Parameters>, list: Parameters[]) => {
      connection.onNotification(type.method, (parameters: Parameters) => {
        list.push(parameters);
        this.#arrived();
      });
    };
    keep(statusNotification, this.statuses);
    keep({ method: '$/progress' } as NotificationOf<Progress>, this.progress);
    connection.onNotification(LogMessageNotification.type, ({ message }) => {
      this.logs.push(message);
      this.#arrived();
    });
    connection.onNotification(ShowMessageNotification.type, ({ message }) => {
      this.shown.push(message);
      this.#arrived();
    });
    connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
      this.registrations.push(...registrations);
      this.#arrived();
    });
    connection.onRequest(WorkDoneProgressCreateRequest.type, () => {});
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ scopeUri }) => this.#options.configuration?.(scopeUri) ?? null),
    );
    connection.listen();
  }

  #inVain(status: Status | undefined): Error {
    return new Error(
      `Waited in vain. The last status: ${JSON.stringify(status)}. The log:\n${this.logs.join('\n')}`,
    );
  }

  #arrived(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The text that a suggestion inserts; the server sends no snippets. */
export function insertedText(item: InlineCompletionItem | undefined): string | undefined {
  return typeof item?.insertText === 'string' ? item.insertText : undefined;
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}
