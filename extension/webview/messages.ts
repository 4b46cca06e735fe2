/** What the memory map's page and the extension say to each other. */
import type { Place, RepositoryMap } from '../../server/protocol/requests.ts';

/** What the colours of the map mean. */
export type ColourBy = 'surprise' | 'attention' | 'recency' | 'language';

export const colourings: readonly ColourBy[] = ['surprise', 'attention', 'recency', 'language'];

/** The files that the memory connects to the cursor. */
export interface Attention {
  /** Where the cursor stands; absent where no file of the repository is open. */
  readonly cursor?: Place;
  /** From 0 to 1 by path; several places in one file count as the strongest of them. */
  readonly scores: readonly { readonly path: string; readonly score: number }[];
}

export type ToPage =
  | { readonly type: 'map'; readonly map: RepositoryMap }
  /** Nothing to show yet, or no longer, and why. */
  | { readonly type: 'trouble'; readonly text: string }
  /** Whether surprise is being measured now. */
  | { readonly type: 'measuring'; readonly measuring: boolean }
  | { readonly type: 'attention'; readonly attention: Attention }
  /** A folder, or a file whose folder is meant. */
  | { readonly type: 'show'; readonly path: string }
  /** The file in front in the editor. */
  | { readonly type: 'reveal'; readonly path: string };

export type FromPage =
  /** The page was created or recreated and has no state. */
  | { readonly type: 'ready'; readonly colourBy: ColourBy }
  | { readonly type: 'colourBy'; readonly colourBy: ColourBy }
  | { readonly type: 'open'; readonly path: string; readonly line: number; readonly beside: boolean }
  | { readonly type: 'refresh' };

/** The page's sentences in the reader's language; `{0}`, `{1}` … are filled in by the page. */
export interface Texts {
  readonly files: string;
  readonly tokens: string;
  readonly bitsPerByte: string;
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
  readonly empty: string;
  readonly colourings: Readonly<Record<ColourBy, string>>;
}
