import type { Definition, Import } from '../syntax/definition.ts';
import type { Use } from '../syntax/uses.ts';

/** What is known of a file to tell which others it uses. */
export interface GraphFile {
  readonly path: string;
  readonly definitions: readonly Definition[];
  readonly imports: readonly Import[];
  /** Identifiers the file uses, with how often. */
  readonly uses: ReadonlyMap<string, Use>;
  /** What its declarations belong to, in languages where a file says so. */
  readonly namespace?: string;
}
