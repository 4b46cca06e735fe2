/** Keeps one language server running: starts it, notices crashes and hangs, restarts it, and eventually gives up. */
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
  type ServerOptions,
  type StaticFeature,
  Trace,
  TransportKind,
} from 'vscode-languageclient/node';
import { methods } from '../../server/protocol/methods.ts';
import {
  type Answered,
  acceptedCommand,
  answeredNotification,
  type NotificationOf,
  type RequestOf,
  type Status,
  statusNotification,
} from '../../server/protocol/requests.ts';
import { settingsSection } from '../../server/protocol/settings.ts';
import { readSetting } from './settings.ts';

export type Connection = 'off' | 'starting' | 'running' | 'failed';

/** Limits for unresponsive and crashing servers. */
export interface Patience {
  /** Milliseconds between pings. */
  readonly pingEvery: number;
  /** Milliseconds an answer may take; two late ones in a row count as a hang. */
  readonly pingTimeout: number;
  /** Gives up after this many restarts within `window` milliseconds. */
  readonly restarts: number;
  readonly window: number;
}

export const usualPatience: Patience = {
  pingEvery: 20_000,
  pingTimeout: 20_000,
  restarts: 3,
  window: 180_000,
};

export interface ClientOptions {
  /** The bundled server, a Node module. */
  readonly module: string;
  readonly log: vscode.LogOutputChannel;
  readonly middleware: Middleware;
  readonly patience: Patience;
}

export class Client implements vscode.Disposable {
  readonly #options: ClientOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #answers = new vscode.EventEmitter<Answered>();
  /** The outcome of a completion request. */
  readonly onDidAnswer = this.#answers.event;
  readonly #starts = new vscode.EventEmitter<void>();
  /** A new server runs and has no state yet. */
  readonly onDidStart = this.#starts.event;
  #connection: Connection = 'off';
  #status: Status | undefined;
  #problem: string | undefined;
  #language: LanguageClient | undefined;
  #ends: number[] = [];
  #crashes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** The last status; kept during a restart, so that views do not flicker. */
  get status(): Status | undefined {
    return this.#status;
  }

  /** A sentence for the user while `connection` is `failed`. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Crashes, failed starts and hangs of servers since the window opened. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Starts the server unless it runs. Never throws: failures set `connection` and `problem`. */
  async start(): Promise<void> {
    if (this.#language) return;
    clearTimeout(this.#timer);
    const language = this.#create();
    this.#language = language;
    this.#set('starting');
    try {
      await language.start();
      if (this.#language !== language) return;
      await this.applyTrace();
      const status = await language.sendRequest<Status>(methods.status.method, null);
      if (this.#language !== language) return;
      this.#status = status;
      this.#set('running');
      this.#starts.fire();
      this.#watch(language, 0);
    } catch (error) {
      this.#options.log.error('The language server did not start.', error);
      this.#lost(language);
    }
  }

  /** Restarts at the user's request, even after giving up. */
  async restart(): Promise<void> {
    this.#ends = [];
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const language = this.#language;
    this.#language = undefined;
    this.#set('off');
    try {
      if (language?.needsStop()) await language.dispose();
    } catch (error) {
      this.#options.log.debug('The language client did not stop cleanly.', error);
    }
  }

  dispose(): Promise<void> {
    return this.stop();
  }

  /** @throws when the server is not running, refuses, or the token is cancelled */
  async request<Parameters, Result>(
    type: RequestOf<Parameters, Result>,
    parameters: Parameters,
    token?: vscode.CancellationToken,
  ): Promise<Result> {
    if (!this.#language || this.#connection !== 'running')
      throw new Error(this.#problem ?? vscode.l10n.t('Longsight is not running yet.'));
    // The library counts an undefined token as a second parameter, and would send both as a list.
    return token === undefined
      ? this.#language.sendRequest<Result>(type.method, parameters)
      : this.#language.sendRequest<Result>(type.method, parameters, token);
  }

  /** Ignored when no server runs. */
  notify<Parameters>(type: NotificationOf<Parameters>, parameters: Parameters): void {
    if (this.#connection !== 'running') return;
    this.#language?.sendNotification(type.method, parameters).catch((error: unknown) => {
      this.#options.log.debug('Could not notify the server.', error);
    });
  }

  /** Listens to the current server. */
  onNotification<Parameters>(
    { method }: NotificationOf<Parameters>,
    listener: (parameters: Parameters) => void,
  ): vscode.Disposable {
    return this.#language?.onNotification(method, listener) ?? { dispose() {} };
  }

  /**
   * Applies the `trace` setting to the running server. Call after any change of settings or log level: the library then
   * resets to its own settings, which say nothing.
   */
  async applyTrace(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    await this.#language?.setTrace(Trace.fromString(readSetting('trace')));
  }

  #create(): LanguageClient {
    const { module, log, middleware } = this.#options;
    const run = { module, transport: TransportKind.ipc };
    const server: ServerOptions = {
      run,
      debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }, { notebook: '*', language: '*' }],
      outputChannel: log,
      traceOutputChannel: traceChannel(log),
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => vscode.workspace.getConfiguration(settingsSection),
      initializationFailedHandler: () => false,
      // The status bar item and the view show progress already; other editors show the server's.
      middleware: { ...middleware, handleWorkDoneProgress: () => undefined },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.#lost(language);
          return {
            action: CloseAction.DoNotRestart,
            handled: true,
            message: 'The language server is no longer running.',
          };
        },
      },
    };
    const language = new QuietClient(settingsSection, 'Longsight', server, options);
    language.registerFeature(ownCommands);
    language.onNotification(statusNotification.method, (status: Status) => this.#take(language, status));
    language.onNotification(answeredNotification.method, (answered: Answered) =>
      this.#answers.fire(answered),
    );
    return language;
  }

  #take(language: LanguageClient, status: Status): void {
    if (language !== this.#language) return;
    this.#status = status;
    this.#changed.fire();
  }

  /** The server ended or never started: restarts it, or gives up. */
  #lost(language: LanguageClient): void {
    if (language !== this.#language) return;
    this.#language = undefined;
    language.serverProcess?.kill('SIGKILL');
    const { log, patience } = this.#options;
    this.#crashes++;
    const now = Date.now();
    this.#ends = [...this.#ends.filter(end => now - end < patience.window), now];
    if (this.#ends.length > patience.restarts) {
      log.error(
        `The language server crashed ${this.#ends.length} times in a short time and will not be restarted.`,
      );
      this.#set(
        'failed',
        vscode.l10n.t('The Longsight language server keeps crashing. Completions and the summary are off.'),
      );
      return;
    }
    log.warn('The language server crashed; restarting it.');
    this.#set('starting');
    clearTimeout(this.#timer);
    // Immediately the first time, then with growing delay: after an out-of-memory crash the machine needs a moment.
    this.#timer = setTimeout(() => void this.start(), 1000 * (this.#ends.length - 1));
  }

  /** Pings the server repeatedly; kills it after two missed answers in a row. */
  #watch(language: LanguageClient, missed: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ping(language, missed), this.#options.patience.pingEvery);
  }

  async #ping(language: LanguageClient, missed: number): Promise<void> {
    const { log, patience } = this.#options;
    if (language !== this.#language) return;
    const answered = await answersWithin(language, patience.pingTimeout);
    if (language !== this.#language) return;
    if (answered) return this.#watch(language, 0);
    log.warn(`The language server has not responded for ${patience.pingTimeout / 1000} seconds.`);
    if (missed === 0) return this.#watch(language, 1);
    log.error('The language server is unresponsive; stopping it.');
    this.#lost(language);
  }

  #set(connection: Connection, problem?: string): void {
    this.#connection = connection;
    this.#problem = problem;
    this.#changed.fire();
  }
}

/** Tells the server that the suggestions' command is registered here, so that it does not offer it too. */
const ownCommands: StaticFeature = {
  fillClientCapabilities(capabilities) {
    capabilities.experimental = { ...capabilities.experimental, commands: [acceptedCommand] };
  },
  initialize() {},
  getState: () => ({ kind: 'static' }),
  clear() {},
};

/** The library always shows some failures as notifications; this class leaves that decision to us. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

async function answersWithin(language: LanguageClient, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const answer = language.sendRequest(methods.status.method, null).then(
    () => true,
    // A refusal is an answer too; a lost connection is handled elsewhere.
    () => true,
  );
  const answered = await Promise.race([answer, late]);
  clearTimeout(timer);
  return answered;
}

/**
 * The library logs at Trace level, which the channel hides; since the `trace` setting decides here, messages are logged
 * as information.
 */
function traceChannel(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const trace = (message: string, ...rest: unknown[]): void => log.info(message, ...rest);
  return Object.create(log, { trace: { value: trace } }) as vscode.LogOutputChannel;
}
