/** Files that change on disk: told by the client where it can, else watched here. */
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type FileSystemWatcher,
} from 'vscode-languageserver/node';
import type { WorkspaceFolder } from '../workspace/source.ts';
import type { Client } from './client.ts';
import { pathOfUri } from './folders.ts';
import { type Log, messageOf } from './log.ts';
import type { Reading } from './reading.ts';

export class Watching {
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #log: Log;
  readonly #reading: Reading;
  #registration: Promise<Disposable> | undefined;
  #watchers: FSWatcher[] = [];

  constructor(connection: Connection, client: Client, log: Log, reading: Reading) {
    this.#connection = connection;
    this.#client = client;
    this.#log = log;
    this.#reading = reading;
    connection.onDidChangeWatchedFiles(({ changes }) => {
      reading.changed(changes.map(({ uri }) => pathOfUri(uri)).filter(file => file !== undefined));
    });
  }

  /** Watches these folders, and no others any more. */
  async follow(folders: readonly WorkspaceFolder[]): Promise<void> {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
    const before = await this.#registration;
    before?.dispose();
    this.#registration = undefined;
    if (folders.length === 0) return;
    if (this.#client.watchesFiles) {
      const watchers = this.#client.watchesRelative
        ? folders.map(relativeWatcher)
        : [{ globPattern: '**/*' }];
      this.#registration = this.#connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers,
      });
      await this.#registration;
    } else for (const { root } of folders) this.#watch(root);
  }

  #watch(root: string): void {
    const failed = (error: unknown) =>
      this.#log(
        'warning',
        `${root} cannot be watched (${messageOf(error)}): changes made outside of the editor are noticed when the repository is read again.`,
      );
    try {
      const watcher = watch(root, { recursive: true }, (_, name) => {
        // Without a name something changed somewhere, and everything has to be looked at.
        this.#reading.changed([name === null ? root : path.join(root, name)]);
      });
      watcher.on('error', error => {
        watcher.close();
        failed(error);
      });
      this.#watchers.push(watcher);
    } catch (error) {
      failed(error);
    }
  }
}

function relativeWatcher({ root }: WorkspaceFolder): FileSystemWatcher {
  return { globPattern: { baseUri: pathToFileURL(root).href, pattern: '**/*' } };
}
