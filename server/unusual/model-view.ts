/** What a model that reads the file from its start says of each unit: how much it surprises, and how much less what stands elsewhere would. */
import type { Evidence } from './evidence.ts';
import type { ScoredBy } from './score-table.ts';

/** In bits. */
export interface ModelView {
  /** −log₂ of the probability of the unit's tokens. */
  readonly own: number;
  /** The entropy where the unit begins. */
  readonly expected: number;
  /** How much more probable the other is, at the first token in which they differ; 0 without another. */
  readonly odds: number;
}

export interface ViewedFile {
  /** As rendered. */
  readonly tokens: Uint16Array;
  readonly evidence: readonly Evidence[];
  /** Whether a line is asked about, from 1. */
  readonly isAsked: (line: number) => boolean;
}

export interface UnitViews {
  readonly by: Exclude<ScoredBy, 'copy'>;
  /** Of each unit; undefined of those that were not looked at. */
  readonly views: readonly (ModelView | undefined)[];
}

/** A model that judges units. */
export interface UnitViewer {
  /** Undefined if the model takes no part in this file. */
  viewsOf(file: ViewedFile, signal?: AbortSignal): Promise<UnitViews | undefined>;
}

/** What the network sees of the views: of a unit, and of those beside it, which a slip makes surprising as well. */
export function modelFeaturesOf(views: readonly (ModelView | undefined)[], at: number): Float64Array {
  const view = views[at] ?? nothing;
  return Float64Array.of(
    excess(view),
    view.expected / 8,
    view.odds / 8,
    Math.max(-0.25, Math.min(1, view.odds / 8)),
    excess(views[at + 1]),
    excess(views[at - 1]),
  );
}

function excess(view: ModelView | undefined): number {
  return view === undefined ? 0 : Math.max(-1, Math.min(3, (view.own - view.expected) / 8));
}

const nothing: ModelView = { own: 0, expected: 0, odds: 0 };
