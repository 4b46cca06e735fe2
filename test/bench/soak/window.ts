/** An editor's window: a server on the shared cache, and its index. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { methods } from '../../../server/protocol/methods.ts';
import type { Coverage } from '../../../server/protocol/requests.ts';
import { TestClient } from '../../lsp/client.ts';
import type { Used } from './probe.ts';

export interface Place {
  readonly root: string;
  readonly cache: string;
}

const probe = path.join(import.meta.dirname, 'probe.ts');
let opened = 0;

export class Window {
  readonly client: TestClient;
  readonly #memoryFile: string;

  private constructor(client: TestClient, memoryFile: string) {
    this.client = client;
    this.#memoryFile = memoryFile;
  }

  static async open({ root, cache }: Place): Promise<Window> {
    const memoryFile = `${cache}.memory-${++opened}`;
    const client = new TestClient({
      folders: [root],
      cache,
      environment: {
        LONGSIGHT_SOAK_MEMORY: memoryFile,
        NODE_OPTIONS: `--no-warnings --expose-gc --import ${probe}`,
      },
      capabilities: {
        workspace: { didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } },
      },
    });
    await client.initialize();
    await client.whenStatus(({ state }) => state === 'ready');
    return new Window(client, memoryFile);
  }

  /** Resolves when running work is done. */
  async settled(): Promise<void> {
    await this.client.whenStatus(({ state, stale }) => state === 'ready' && stale === 0);
  }

  /** The index: paths with their tokens, and skipped paths with their reasons. */
  async holds(): Promise<readonly string[]> {
    return held(await this.client.request(methods.coverage, null));
  }

  /** Memory of every thread after a garbage collection. */
  async memory(): Promise<Used> {
    rmSync(this.#memoryFile, { force: true });
    this.client.process.kill('SIGUSR2');
    for (let waited = 0; !existsSync(this.#memoryFile); waited += 100) {
      if (waited > 60_000) throw new Error('The server does not tell its memory.');
      await setTimeout(100);
    }
    return JSON.parse(readFileSync(this.#memoryFile, 'utf8')) as Used;
  }

  /** Ends like a closed window, or like a crashed one. */
  async close(how: 'closed' | 'killed' = 'closed'): Promise<void> {
    if (how === 'closed') await this.client.stop();
    else {
      this.client.process.kill('SIGKILL');
      await this.client.exited;
      this.client.connection.dispose();
    }
    rmSync(this.#memoryFile, { force: true });
  }
}

export function held({ files, skipped }: Coverage): string[] {
  return [
    ...files.map(file => `${file.path} ${file.tokens}`),
    ...skipped.map(file => `${file.path} ${file.reason}`),
  ].sort();
}
