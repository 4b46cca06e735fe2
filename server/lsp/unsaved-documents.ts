/** Open documents whose text is not what is on disk: the memory is told before it is asked about another one. */
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { workerRequests } from '../host/messages.ts';
import { pathOfUri } from './folders.ts';
import type { RepositoryClient } from './repository-client.ts';

export class UnsavedDocuments {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #repository: RepositoryClient;
  /** What changed since the memory was told, by URI; closed documents included. */
  readonly #changed = new Set<string>();
  /** Documents whose text the memory has. */
  readonly #told = new Set<string>();

  constructor(documents: TextDocuments<TextDocument>, repository: RepositoryClient) {
    this.#documents = documents;
    this.#repository = repository;
    documents.onDidChangeContent(({ document }) => void this.#changed.add(document.uri));
    documents.onDidClose(({ document }) => {
      if (this.#told.has(document.uri)) this.#changed.add(document.uri);
      else this.#changed.delete(document.uri);
    });
  }

  /** Tells the memory of every document but this one, which is asked about with its text. */
  async flush(except: string): Promise<void> {
    for (const uri of this.#changed) {
      const file = pathOfUri(uri);
      if (uri === except) continue;
      this.#changed.delete(uri);
      if (file === undefined) continue;
      const text = this.#documents.get(uri)?.getText();
      if (text === undefined) this.#told.delete(uri);
      else this.#told.add(uri);
      await this.#repository.ask(workerRequests.edit, text === undefined ? { file } : { file, text });
    }
  }
}
