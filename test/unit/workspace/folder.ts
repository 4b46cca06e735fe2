import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import path from 'node:path';

// What git ignores and trusts must not depend on who runs the tests.
Object.assign(process.env, { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' });

/** A folder for one test, removed afterwards: `using folder = new TemporaryFolder({...})`. */
export class TemporaryFolder implements Disposable {
  readonly root: string;

  constructor(files: Record<string, string | Uint8Array> = {}) {
    this.root = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-test-')));
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  at(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(path.dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), content);
  }

  remove(name = ''): void {
    rmSync(this.at(name), { recursive: true, force: true });
  }

  replace(name: string, create: (name: string) => void): void {
    this.remove(name);
    create(name);
  }

  /** Runs git in the folder. */
  git(...parameters: string[]): string {
    const settings = [
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@example.com',
      '-c',
      'protocol.file.allow=always',
    ];
    return execFileSync('git', [...settings, ...parameters], {
      cwd: this.root,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
