/** The language server as a program: `--stdio`, `--node-ipc`, `--socket=<port>` or `--pipe=<name>`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { engineEntry } from '../engine/entry.ts';
import { messageOf } from './log.ts';
import { serve } from './server.ts';

const transports = ['--stdio', '--node-ipc', '--socket', '--pipe'];

if (!process.argv.some(word => transports.some(transport => word.startsWith(transport)))) {
  process.stderr.write(
    'The Longsight language server talks to an editor over --stdio, --node-ipc, --socket=<port> or --pipe=<name>.\n',
  );
  process.exit(2);
}

const connection = createConnection(ProposedFeatures.all);
// The editor is gone without a word; over stdio the library notices by itself.
process.once('disconnect', () => process.exit(1));
// One request that fails in an unforeseen way is not worth the session.
process.on('unhandledRejection', error => connection.console.error(`Unforeseen: ${stackOf(error)}`));
process.on('uncaughtException', error => {
  connection.console.error(`Unforeseen, and fatal: ${stackOf(error)}`);
  process.exit(1);
});
serve(connection, { engineEntry: engineEntry(), version: versionOf() });
connection.listen();

/** From the manifest: one folder up from `dist/`, two from the sources. */
function versionOf(): string {
  for (const up of ['..', '../..']) {
    try {
      const manifest: unknown = JSON.parse(
        readFileSync(path.join(import.meta.dirname, up, 'package.json'), 'utf8'),
      );
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
        return String(manifest.version);
    } catch {
      // Not here, then one further up.
    }
  }
  return 'unknown';
}

function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || messageOf(error);
}
