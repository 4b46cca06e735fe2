/** Messages between the memory map's page and the extension. */
import type { Place, RepositoryMap } from '../../server/protocol/requests.ts';

/** What the map's colours show. */
export type ColourBy = 'surprise' | 'attention' | 'recency' | 'language' | 'relations';

export const colourings: readonly ColourBy[] = ['surprise', 'attention', 'recency', 'language', 'relations'];

/** Files similar to the cursor's place. */
export interface Attention {
  /** The cursor's position; absent if no file of the repository is open. */
  readonly cursor?: Place;
  /** From 0 to 1 by path; a file's score is its strongest place's. */
  readonly scores: readonly { readonly path: string; readonly score: number }[];
}

export type ToPage =
  | { readonly type: 'map'; readonly map: RepositoryMap }
  /** Nothing to show yet, or any more, and why. */
  | { readonly type: 'trouble'; readonly text: string }
  /** Whether surprise is being measured. */
  | { readonly type: 'measuring'; readonly measuring: boolean }
  | { readonly type: 'attention'; readonly attention: Attention }
  /** A folder, or a file whose folder to show. */
  | { readonly type: 'show'; readonly path: string }
  /** The active file in the editor. */
  | { readonly type: 'reveal'; readonly path: string };

export type FromPage =
  /** The page was created or recreated and has no state. */
  | { readonly type: 'ready'; readonly colourBy: ColourBy }
  | { readonly type: 'colourBy'; readonly colourBy: ColourBy }
  | { readonly type: 'open'; readonly path: string; readonly line: number; readonly beside: boolean }
  | { readonly type: 'refresh' };

/** The page's texts in the display language; the page fills in `{0}`, `{1}` …. */
export interface Texts {
  readonly files: string;
  readonly tokens: string;
  readonly bitsPerByte: string;
  readonly peak: string;
  readonly unknown: string;
  readonly found: string;
  readonly more: string;
  readonly expected: string;
  readonly surprising: string;
  readonly measuring: string;
  readonly attentionFrom: string;
  readonly attentionNone: string;
  readonly weak: string;
  readonly strong: string;
  readonly old: string;
  readonly recent: string;
  readonly other: string;
  readonly changed: string;
  readonly connected: string;
  readonly uses: string;
  readonly usedBy: string;
  readonly unrelated: string;
  readonly parts: string;
  readonly unused: string;
  readonly mostUsed: string;
  readonly arrows: string;
  readonly empty: string;
  readonly colourings: Readonly<Record<ColourBy, string>>;
}
