/** State of the page, kept when its tab is hidden, moved or restored with the window. */
import { type ColourBy, colourings } from './messages.ts';

export interface State {
  /** The shown folder. */
  readonly path: string;
  readonly colourBy: ColourBy;
  readonly query: string;
  readonly asList: boolean;
}

export const firstState: State = { path: '', colourBy: 'surprise', query: '', asList: false };

/** The state may come from an older version: invalid fields are reset. */
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
