/** Changes on disk: reported by the client if it can, otherwise watched here. */
import { pathToFileURL } from 'node:url';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type FileSystemWatcher,
} from 'vscode-languageserver/node';
import type { Log } from '../host/log.ts';
import { workerRequests } from '../host/messages.ts';
import { throttle } from '../host/throttle.ts';
import { messageOf } from '../protocol/message-of.ts';
import type { WorkspaceFolder } from '../workspace/source.ts';
import type { Client } from './client.ts';
import { barrenFolders, FolderWatcher } from './folder-watcher.ts';
import { pathOfUri } from './folders.ts';
import type { RepositoryClient } from './repository-client.ts';

/** Milliseconds between checks of the folders to watch. */
const interval = 500;

export class Watching {
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #log: Log;
  readonly #repository: RepositoryClient;
  #registration: Promise<Disposable> | undefined;
  #watcher: FolderWatcher | undefined;
  #roots: readonly string[] = [];
  /** Completed reads when folders were last requested. */
  #seen = 0;

  constructor(connection: Connection, client: Client, log: Log, repository: RepositoryClient) {
    this.#connection = connection;
    this.#client = client;
    this.#log = log;
    this.#repository = repository;
    connection.onDidChangeWatchedFiles(({ changes }) => {
      repository.changed(changes.map(({ uri }) => pathOfUri(uri)).filter(file => file !== undefined));
    });
    const look = throttle(() => void this.#watchInside(), interval);
    repository.onChanged(() => {
      if (this.#watcher?.isRecursive === false && repository.ended !== this.#seen) look();
    });
  }

  /** Watches exactly these folders. */
  async follow(folders: readonly WorkspaceFolder[]): Promise<void> {
    this.#watcher?.close();
    this.#watcher = undefined;
    const before = await this.#registration;
    before?.dispose();
    this.#registration = undefined;
    if (folders.length === 0) return;
    if (this.#client.watchesFiles) {
      const watchers = this.#client.watchesRelative
        ? folders.map(relativeWatcher)
        : [{ globPattern: '**/*' }];
      const type = DidChangeWatchedFilesNotification.type;
      this.#registration = this.#connection.client.register(type, { watchers });
      await this.#registration;
      return;
    }
    this.#roots = folders.map(({ root }) => root);
    this.#watcher = new FolderWatcher(
      this.#roots,
      changed => this.#repository.changed([changed]),
      (folder, error) =>
        this.#log(
          'warning',
          `Cannot watch ${folder} (${messageOf(error)}). Changes made there outside the editor are picked up the next time the repository is read.`,
        ),
    );
  }

  async #watchInside(): Promise<void> {
    const watcher = this.#watcher;
    this.#seen = this.#repository.ended;
    try {
      const folders = await this.#repository.ask(workerRequests.folders, null);
      // Changes in a folder before it was watched went unnoticed.
      const barren = await barrenFolders([...this.#roots, ...folders]);
      this.#repository.changed(watcher?.watchInside([...folders, ...barren]) ?? []);
    } catch (error) {
      this.#log('warning', `Could not list the folders to watch: ${messageOf(error)}`);
    }
  }
}

function relativeWatcher({ root }: WorkspaceFolder): FileSystemWatcher {
  return { globPattern: { baseUri: pathToFileURL(root).href, pattern: '**/*' } };
}
