/**
 * A simulated editing session: messages to an editor's windows while files are typed in, saved, renamed, deleted and
 * switched.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import { methods } from '../../../server/protocol/methods.ts';
import { uriOf } from '../../lsp/client.ts';
import { type Place, Window } from './window.ts';

interface Open {
  /** Lines of the buffer. */
  lines: string[];
  version: number;
}

/** Limits that keep the repository's size constant, so that RAM growth has no other cause. */
const mostOpen = 12;
const longest = 160;
const branches = ['main', 'other'] as const;

export class Editing {
  readonly place: Place;
  /** The lasting window, and one that comes and goes. */
  main!: Window;
  #second: Window | undefined;
  readonly #random: () => number;
  readonly #open = new Map<string, Open>();
  /** Lines to type, from the repository. */
  readonly #lines: readonly string[];
  readonly #usual: number;
  #branch = 0;
  #made = 0;
  readonly counts = new Map<string, number>();

  constructor(place: Place, random: () => number) {
    this.place = place;
    this.#random = random;
    this.#lines = this.#files().flatMap(file => readFileSync(file, 'utf8').split('\n'));
    this.#usual = this.#files().length;
    this.#git('init', '-q', '-b', branches[0]);
    this.#commit();
    this.#git('branch', branches[1]);
  }

  async begin(): Promise<void> {
    this.main = await Window.open(this.place);
  }

  /** One event of an editing session. */
  async step(): Promise<void> {
    const kinds: readonly (readonly [string, number, () => Promise<void>])[] = [
      ['typing', 800, () => this.#type()],
      ['saving', 90, () => this.#save()],
      ['opening or closing a document', 60, () => this.#openOrClose()],
      ['new file', 12, () => this.#create()],
      ['renaming', 12, () => this.#rename()],
      ['deleting', 12, () => this.#delete()],
      ['asking for a view', 8, () => this.#view()],
      ['switching branches', 3, () => this.#switch()],
      ['window opened or closed', 2, () => this.#window()],
      ['pausing, reading', 1, () => this.#pause()],
    ];
    let draw = this.#random() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight, happen] of kinds) {
      draw -= weight;
      if (draw > 0) continue;
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      return happen();
    }
  }

  /** Saves and closes everything, and waits until the windows have noticed. */
  async end(): Promise<void> {
    for (const file of this.#open.keys()) {
      await this.#saveFile(file);
      await this.#closeFile(file);
    }
    if (this.#second !== undefined) await this.#window();
    await this.main.client.request(methods.read, null);
    await this.main.settled();
  }

  async #type(): Promise<void> {
    const file = this.#pickOpen() ?? (await this.#openSome());
    if (file === undefined) return;
    const open = this.#open.get(file)!;
    const { client } = this.main;
    const line = Math.floor(this.#random() * open.lines.length);
    const uri = uriOf(file);
    if (open.lines.length > longest || this.#random() < 0.3) {
      const text = open.lines.length > longest ? undefined : open.lines[line]!.slice(0, -4);
      const end = { line: Math.min(line + 1, open.lines.length - 1), character: 0 };
      const range =
        text === undefined
          ? { start: { line, character: 0 }, end }
          : { start: { line, character: 0 }, end: { line, character: open.lines[line]!.length } };
      if (text !== undefined) open.lines[line] = text;
      else if (end.line > line) open.lines.splice(line, 1);
      await client.change(uri, ++open.version, [{ range, text: text ?? '' }]);
      return;
    }
    const written = this.#pickFrom(this.#lines)!;
    const begun = written.slice(0, Math.ceil(this.#random() * written.length));
    const start = { line, character: 0 };
    await client.change(uri, ++open.version, [{ range: { start, end: start }, text: `${begun}\n` }]);
    open.lines.splice(line, 0, begun);
    if (this.#random() < 0.5)
      await client.complete(
        uri,
        { line, character: begun.length },
        undefined,
        InlineCompletionTriggerKind.Automatic,
      );
  }

  async #save(): Promise<void> {
    const file = this.#pickOpen();
    if (file !== undefined) await this.#saveFile(file);
  }

  async #saveFile(file: string): Promise<void> {
    writeFileSync(file, this.#open.get(file)!.lines.join('\n'));
    await this.#tell(file);
  }

  async #openOrClose(): Promise<void> {
    const file = this.#pickOpen();
    if (this.#open.size < mostOpen && (file === undefined || this.#random() < 0.6)) await this.#openSome();
    // Without saving: typed text is lost.
    else if (file !== undefined) await this.#closeFile(file);
  }

  async #openSome(): Promise<string | undefined> {
    const file = this.#pickFrom(this.#files());
    if (file === undefined || this.#open.has(file)) return undefined;
    const text = readFileSync(file, 'utf8');
    this.#open.set(file, { lines: text.split('\n'), version: 1 });
    await this.main.client.open(uriOf(file), text);
    return file;
  }

  async #closeFile(file: string): Promise<void> {
    this.#open.delete(file);
    await this.main.client.close(uriOf(file));
  }

  async #create(): Promise<void> {
    if (this.#files().length > 1.1 * this.#usual) return this.#delete();
    const folder = path.dirname(this.#pickFrom(this.#files())!);
    const file = path.join(folder, `made-${++this.#made}.ts`);
    writeFileSync(file, Array.from({ length: 40 }, () => this.#pickFrom(this.#lines)).join('\n'));
    await this.#tell(file);
  }

  async #rename(): Promise<void> {
    const file = this.#pickFrom(this.#files())!;
    if (this.#open.has(file)) await this.#closeFile(file);
    const to = path.join(path.dirname(this.#pickFrom(this.#files())!), `made-${++this.#made}.ts`);
    renameSync(file, to);
    await this.#tell(file, to);
  }

  async #delete(): Promise<void> {
    const files = this.#files();
    if (files.length < 0.9 * this.#usual) return this.#create();
    const file = this.#pickFrom(files)!;
    if (this.#open.has(file)) await this.#closeFile(file);
    rmSync(file);
    await this.#tell(file);
  }

  /** Requests of a sidebar, a hover or a map. */
  async #view(): Promise<void> {
    const { client } = this.main;
    const file = this.#pickFrom(this.#files())!;
    const at = { uri: uriOf(file), line: 1 + Math.floor(this.#random() * 20), column: 1 };
    const asked = Math.floor(this.#random() * 8);
    if (asked === 0) await client.request(methods.summary, {});
    else if (asked === 1) await client.request(methods.digest, { format: 'markdown' });
    else if (asked === 2) await client.request(methods.map, { measure: false });
    else if (asked === 3) await client.request(methods.where, at);
    else if (asked === 4) await client.request(methods.lineSummary, at);
    else if (asked === 5) await client.request(methods.lineSummaries, { uri: at.uri });
    else if (asked === 6) await client.request(methods.coverage, null);
    else await client.request(methods.nextEdit, { uri: at.uri });
  }

  /** Commits and switches branches. The editor rereads changed documents and closes deleted ones. */
  async #switch(): Promise<void> {
    this.#commit();
    const before = branches[this.#branch]!;
    this.#branch = 1 - this.#branch;
    const after = branches[this.#branch]!;
    const changed = this.#git('diff', '--name-only', '-z', '--no-renames', before, after)
      .split('\0')
      .filter(name => name !== '')
      .map(name => path.join(this.place.root, name));
    for (const file of changed) if (this.#open.has(file)) await this.#closeFile(file);
    this.#git('checkout', '-q', after);
    await this.#tell(...changed);
  }

  async #window(): Promise<void> {
    if (this.#second === undefined) {
      this.#second = await Window.open(this.place);
      return;
    }
    const leaving = this.#second;
    this.#second = undefined;
    await leaving.close(this.#random() < 0.3 ? 'killed' : 'closed');
  }

  async #pause(): Promise<void> {
    const { client } = this.main;
    if (this.#random() < 0.5) {
      await client.request(methods.pause, { paused: true });
      await client.request(methods.pause, { paused: false });
    } else await client.request(methods.read, null);
  }

  async #tell(...files: readonly string[]): Promise<void> {
    for (const window of [this.main, this.#second]) await window?.client.tellChanged(...files);
  }

  #pickOpen(): string | undefined {
    return this.#pickFrom([...this.#open.keys()]);
  }

  /** @returns undefined for an empty list */
  #pickFrom<Item>(list: readonly Item[]): Item | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }

  /** Code files on disk, by name. */
  #files(): string[] {
    return readdirSync(this.place.root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
      .map(entry => path.join(entry.parentPath, entry.name))
      .sort();
  }

  #commit(): void {
    this.#git('add', '-A');
    this.#git('commit', '-q', '--allow-empty', '-m', 'step');
  }

  #git(...words: string[]): string {
    const settings = ['user.name=Soak', 'user.email=soak@example.com', 'gc.auto=0', 'core.fsync=none'];
    const options = settings.flatMap(setting => ['-c', setting]);
    mkdirSync(this.place.root, { recursive: true });
    return execFileSync('git', [...options, ...words], { cwd: this.place.root, encoding: 'utf8' });
  }
}
