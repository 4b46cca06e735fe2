import type { TokenMemory } from '../../../server/repository/token-memory.ts';

export class FakeMemory implements TokenMemory {
  readonly files = new Map<string, Uint16Array>();

  get tokens(): number {
    return [...this.files.values()].reduce((sum, tokens) => sum + tokens.length, 0);
  }

  get bytes(): number {
    return this.tokens * 2;
  }

  set(path: string, tokens: Uint16Array): void {
    this.files.set(path, tokens.slice());
  }

  delete(path: string): void {
    this.files.delete(path);
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  settle(): void {}

  tokensOf(path: string): Uint16Array {
    return this.files.get(path)!;
  }
}
