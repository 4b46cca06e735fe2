import type { Definition, Import } from '../syntax/definition.ts';
import type { Use } from '../syntax/uses.ts';

/** The facts about a file that determine its references. */
export interface GraphFile {
  readonly path: string;
  /** Its language's identifier, if its name does not tell. */
  readonly language?: string;
  readonly definitions: readonly Definition[];
  readonly imports: readonly Import[];
  /** Identifiers the file uses, with counts. */
  readonly uses: ReadonlyMap<string, Use>;
  /** The namespace of its declarations, in languages where a file states one. */
  readonly namespace?: string;
}
