/** The language server as a program: `--stdio`, `--node-ipc`, `--socket=<port>` or `--pipe=<name>`. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { engineEntry } from '../engine/entry.ts';
import { messageOf } from '../protocol/message-of.ts';
import { checkedMessages } from './checked-messages.ts';
import { serve } from './server.ts';

const transports = ['--stdio', '--node-ipc', '--socket', '--pipe'];

if (!process.argv.some(word => transports.some(transport => word.startsWith(transport)))) {
  process.stderr.write(
    'The Longsight language server talks to an editor over --stdio, --node-ipc, --socket=<port> or --pipe=<name>.\n',
  );
  process.exit(2);
}

const socket = socketOf(process.argv);
socket?.on('error', error => {
  process.stderr.write(`Cannot connect to the client: ${messageOf(error)}\n`);
  process.exit(1);
});
const options = { messageStrategy: checkedMessages(problem => connection.console.warn(problem)) };
// The library supports sockets too, but does not notice when its own socket ends.
const connection = socket
  ? createConnection(ProposedFeatures.all, socket, socket, options)
  : createConnection(ProposedFeatures.all, options);
// The parent process disconnected; over stdio the library notices itself.
process.once('disconnect', () => process.exit(1));
// One request that fails unexpectedly must not end the session.
process.on('unhandledRejection', error => connection.console.error(`Unhandled rejection: ${stackOf(error)}`));
process.on('uncaughtException', error => {
  connection.console.error(`Uncaught exception, exiting: ${stackOf(error)}`);
  process.exit(1);
});
serve(connection, { engineEntry: engineEntry(), version: versionOf() });
connection.listen();

/** Connects to a client that listens on a local port or a named pipe. */
function socketOf(words: readonly string[]): Socket | undefined {
  const port = optionOf('--socket', words);
  if (port !== undefined) return connect(Number(port), '127.0.0.1');
  const pipe = optionOf('--pipe', words);
  return pipe === undefined ? undefined : connect(pipe);
}

/** Written `--name=value` or `--name value`. */
function optionOf(name: string, words: readonly string[]): string | undefined {
  const at = words.findIndex(word => word === name || word.startsWith(`${name}=`));
  return words[at] === name ? words[at + 1] : words[at]?.slice(name.length + 1);
}

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
      // Not here: try the next.
    }
  }
  return 'unknown';
}

function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || messageOf(error);
}
