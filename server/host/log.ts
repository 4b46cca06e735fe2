/** The server's log, as `window/logMessage`: standard output belongs to the protocol. */
import type { Connection } from 'vscode-languageserver/node';

type LogLevel = 'debug' | 'info' | 'warning' | 'error';
export type Log = (level: LogLevel, message: string) => void;

export function connectionLog(connection: Connection): Log {
  const { console } = connection;
  return (level, message) => {
    switch (level) {
      // `Log` is the lowest level that every client knows; `Debug` came with LSP 3.18.
      case 'debug':
        return console.log(message);
      case 'info':
        return console.info(message);
      case 'warning':
        return console.warn(message);
      case 'error':
        return console.error(message);
    }
  };
}
