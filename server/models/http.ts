/** One HTTP GET, through the environment's proxy. */
import type { Readable } from 'node:stream';

export interface HttpResponse {
  readonly status: number;
  readonly body: Readable;
  /** Offset of the body in the file, for a partial response. */
  readonly rangeStart: number | undefined;
  /** File size in bytes, if the server states it. */
  readonly total: number | undefined;
}

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case; defaults to the process's. */
  readonly environment: NodeJS.ProcessEnv | undefined;
}

/** Milliseconds without data after which a connection counts as lost. */
const patience = 30_000;

/** @throws network errors */
export async function openResponse(
  url: string,
  { headers, signal, environment = process.env }: HttpOptions,
): Promise<HttpResponse> {
  // Loaded on the first download: otherwise every window's server would hold it in RAM.
  const { EnvHttpProxyAgent, interceptors, request } = await import('undici');
  const variable = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const agent = new EnvHttpProxyAgent({
    httpProxy: variable('HTTP_PROXY') || variable('ALL_PROXY'),
    httpsProxy: variable('HTTPS_PROXY') || variable('ALL_PROXY'),
    noProxy: variable('NO_PROXY'),
    // Proxies often allow tunnels to port 443 only.
    proxyTunnel: false,
    headersTimeout: patience,
    bodyTimeout: patience,
  });
  try {
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(url, {
      dispatcher: agent.compose(interceptors.redirect({ maxRedirections: 8 })),
      headers: { 'user-agent': 'longsight', 'accept-encoding': 'identity', ...headers },
      signal: signal ?? null,
    });
    body.once('close', () => void agent.close().catch(() => undefined));
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(String(answered['content-range'] ?? ''));
    const length = Number(answered['content-length']);
    return {
      status: statusCode,
      body,
      rangeStart: range === null ? undefined : Number(range[1]),
      total: range !== null ? Number(range[2]) : statusCode === 200 && length > 0 ? length : undefined,
    };
  } catch (error) {
    await agent.destroy().catch(() => undefined);
    throw error;
  }
}
