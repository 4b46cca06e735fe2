/** Work-done progress during indexing, for clients that show it; cancelling pauses indexing. */
import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import type { Client } from './client.ts';
import type { RepositoryClient } from './repository-client.ts';

export function serveProgress(connection: Connection, client: Client, repository: RepositoryClient): void {
  if (!client.showsProgress) return;
  let shown: Promise<WorkDoneProgressServerReporter> | undefined;
  repository.onChanged(() => {
    const { state, files, filesTotal, tokens } = repository.stats;
    if (state === 'reading') {
      shown ??= begin(connection, repository);
      const percentage = filesTotal === 0 ? 0 : Math.floor((100 * files) / filesTotal);
      const message = `${files.toLocaleString('en')} of ${filesTotal.toLocaleString('en')} files, ${tokens.toLocaleString('en')} tokens`;
      void shown.then(progress => progress.report(percentage, message));
    } else if (shown !== undefined) {
      void shown.then(progress => progress.done());
      shown = undefined;
    }
  });
}

async function begin(
  connection: Connection,
  repository: RepositoryClient,
): Promise<WorkDoneProgressServerReporter> {
  const progress = await connection.window.createWorkDoneProgress();
  progress.begin('Longsight: reading', 0, undefined, true);
  progress.token.onCancellationRequested(() => void repository.pause(true));
  return progress;
}
