/** Sends unsaved documents to the worker before it answers about another one. */
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { workerRequests } from '../host/messages.ts';
import { pathOfUri } from './folders.ts';
import type { RepositoryClient } from './repository-client.ts';

export class UnsavedDocuments {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #repository: RepositoryClient;
  /** URIs changed since the last flush, including closed documents. */
  readonly #changed = new Set<string>();
  /** Documents whose text the worker has. */
  readonly #told = new Set<string>();

  constructor(documents: TextDocuments<TextDocument>, repository: RepositoryClient) {
    this.#documents = documents;
    this.#repository = repository;
    documents.onDidChangeContent(({ document }) => void this.#changed.add(document.uri));
    documents.onDidClose(({ document }) => {
      if (this.#told.has(document.uri)) this.#changed.add(document.uri);
      else this.#changed.delete(document.uri);
    });
    repository.onEmptied(() => {
      for (const uri of this.#told) this.#changed.add(uri);
      this.#told.clear();
    });
  }

  /** Sends every changed document. @param except one whose request includes its text */
  async flush(except?: string): Promise<void> {
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
