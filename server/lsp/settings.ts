/** Current settings: from `initializationOptions` first, from the client's configuration later. */
import {
  type Connection,
  DidChangeConfigurationNotification,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import type { Log } from '../host/log.ts';
import { messageOf } from '../protocol/message-of.ts';
import { readSettings } from '../protocol/read-settings.ts';
import { type SettingsShape, settingsSection } from '../protocol/settings.ts';
import type { Client } from './client.ts';

export type SettingsListener = (now: SettingsShape, before: SettingsShape) => void;

export class Settings {
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #log: Log;
  readonly #listeners: SettingsListener[] = [];
  #current: SettingsShape;
  /** Of documents, by URI: asked for once, until something changes. */
  readonly #ofDocuments = new Map<string, Promise<SettingsShape>>();
  #problems = '';

  constructor(connection: Connection, client: Client, log: Log, initial: unknown) {
    this.#connection = connection;
    this.#client = client;
    this.#log = log;
    this.#current = readSettings(sectionOf(initial)).settings;
    this.#set(initial);
    connection.onDidChangeConfiguration(({ settings }) => void this.#changed(settings));
  }

  get current(): SettingsShape {
    return this.#current;
  }

  /** A document's: each folder of a window may have its own. */
  of(uri: string): Promise<SettingsShape> {
    if (!this.#client.answersConfiguration) return Promise.resolve(this.#current);
    let asked = this.#ofDocuments.get(uri);
    if (asked === undefined) {
      asked = this.#askOf(uri);
      this.#ofDocuments.set(uri, asked);
    }
    return asked;
  }

  /** Call when a document closes. */
  forget(uri: string): void {
    this.#ofDocuments.delete(uri);
  }

  onChanged(listener: SettingsListener): void {
    this.#listeners.push(listener);
  }

  /** Call once the client is initialised: requests the configuration and change notifications. */
  async follow(): Promise<void> {
    if (this.#client.registersConfiguration) {
      const section = { section: settingsSection };
      await this.#connection.client.register(DidChangeConfigurationNotification.type, section);
    }
    if (this.#client.answersConfiguration) await this.#ask();
  }

  async #changed(sent: unknown): Promise<void> {
    this.#ofDocuments.clear();
    // Notifications may contain only the changed part; a request returns everything.
    if (this.#client.answersConfiguration) await this.#ask();
    else this.#set(sent);
  }

  async #ask(): Promise<void> {
    try {
      const answer: unknown = await this.#connection.workspace.getConfiguration(settingsSection);
      // Null means the client has no settings for us: the initial ones stay.
      if (answer !== null && answer !== undefined) this.#set(answer);
    } catch (error) {
      this.#log('warning', `Could not get the configuration from the client: ${messageOf(error)}`);
    }
  }

  async #askOf(uri: string): Promise<SettingsShape> {
    const item = { scopeUri: uri, section: settingsSection };
    const answer: unknown = await this.#connection.workspace.getConfiguration(item).catch(() => null);
    return answer === null || answer === undefined ? this.#current : readSettings(sectionOf(answer)).settings;
  }

  #set(raw: unknown): void {
    this.#ofDocuments.clear();
    const { settings, problems } = readSettings(sectionOf(raw));
    const before = this.#current;
    this.#current = settings;
    this.#report(problems);
    for (const listener of this.#listeners) listener(settings, before);
  }

  /** Each problem is shown once, not at every keystroke in a settings file. */
  #report(problems: readonly string[]): void {
    const text = problems.join(' ');
    if (text !== '' && text !== this.#problems) {
      this.#log('warning', text);
      const message = { type: MessageType.Warning, message: text };
      void this.#connection.sendNotification(ShowMessageNotification.method, message);
    }
    this.#problems = text;
  }
}

/** The settings, possibly nested under the section's name. */
function sectionOf(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  return settingsSection in raw ? (raw as Record<string, unknown>)[settingsSection] : raw;
}
