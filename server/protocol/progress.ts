/** Progress of what the model does over a repository. */

/** Progress of the model's prefill. */
export interface NeuralStatus {
  readonly state: 'ready' | 'reading' | 'paused' | 'failed';
  /** Files and tokens prefilled, and still waiting. */
  readonly files: number;
  readonly waiting: number;
  readonly tokens: number;
  readonly waitingTokens: number;
  /** Since the start; 0 if nothing had to be prefilled. */
  readonly tokensPerSecond: number;
  readonly problem?: string;
}

/** Progress of reading in the background, for the surprise of each file. */
export interface BackgroundReading {
  /** `battery` waits for mains power; `budget` has used its time; `reading` may wait for a pause in the work. */
  readonly state: 'reading' | 'done' | 'battery' | 'budget' | 'paused' | 'failed';
  /** Files and tokens whose surprise is known, and all there are. */
  readonly files: number;
  readonly filesTotal: number;
  readonly tokens: number;
  readonly tokensTotal: number;
  /** Since the folders were opened: files read, how often a request interrupted reading, and seconds of it. */
  readonly judged: number;
  readonly interrupted: number;
  readonly seconds: number;
  readonly problem?: string;
}

/** From this share of the tokens on, what was read stands for the repository. */
const enough = 0.95;

/** Whether so much has been read that the rest does not matter. */
export function isEnoughRead({
  tokens,
  tokensTotal,
}: Pick<BackgroundReading, 'tokens' | 'tokensTotal'>): boolean {
  return tokensTotal > 0 && tokens >= enough * tokensTotal;
}
