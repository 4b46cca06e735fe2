/** A hub on loopback with scripted answers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Hub {
  readonly url: string;
  /** `path range` of every request so far. */
  readonly asked: string[];
  handler: Handler;
  close(): Promise<void>;
}

export async function openHub(handler: Handler): Promise<Hub> {
  const server = createServer((request, response) => {
    hub.asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    hub.handler(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const hub: Hub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    handler,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
}

/** Serves bytes as hubs do, with ranges. */
export function serving(bytes: Uint8Array): Handler {
  return (request, response) => {
    const start = startOf(request);
    if (start === undefined) {
      response.writeHead(200, { 'content-length': bytes.length });
      response.end(bytes);
      return;
    }
    response.writeHead(206, {
      'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      'content-length': bytes.length - start,
    });
    response.end(bytes.subarray(start));
  };
}

/** Serves bytes, but cuts the connection after a number of them. */
export function cutting(bytes: Uint8Array, after: number): Handler {
  return (request, response) => {
    const start = startOf(request) ?? 0;
    if (bytes.length - start <= after) {
      serving(bytes)(request, response);
      return;
    }
    const whole = start === 0;
    response.writeHead(whole ? 200 : 206, {
      'content-length': bytes.length - start,
      ...(whole ? {} : { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    response.write(bytes.subarray(start, start + after), () => setTimeout(() => response.destroy(), 100));
  };
}

function startOf(request: IncomingMessage): number | undefined {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  return match ? Number(match[1]) : undefined;
}
