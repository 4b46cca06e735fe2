/** What the page keeps when its tab is hidden, moved or restored with the window. */
import { type ColourBy, colourings } from './messages.ts';

export interface State {
  /** The folder that is shown. */
  readonly path: string;
  readonly colourBy: ColourBy;
  readonly query: string;
  readonly asList: boolean;
}

export const firstState: State = { path: '', colourBy: 'surprise', query: '', asList: false };

/** What was kept may be of an older version: whatever of it makes no sense is as at first. */
export function stateOf(kept: unknown): State {
  if (typeof kept !== 'object' || kept === null) return firstState;
  const { path, colourBy, query, asList } = kept as Record<string, unknown>;
  return {
    path: typeof path === 'string' ? path : firstState.path,
    colourBy: colourings.find(each => each === colourBy) ?? firstState.colourBy,
    query: typeof query === 'string' ? query : firstState.query,
    asList: asList === true,
  };
}
