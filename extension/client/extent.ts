import { isEnoughRead } from '../../server/protocol/progress.ts';
import type { Status } from '../../server/protocol/requests.ts';

/** Summarizes what is indexed: equal values most likely mean the same files. */
export function extentOf(status: Status | undefined): string {
  return status ? `${status.files} ${status.tokens} ${status.bytes}` : '';
}

/** The same of what the map shows: surprise is estimated until enough has been read in the background, and complete once all has. */
export function mapExtentOf(status: Status | undefined): string {
  const read = status?.background;
  if (read === undefined) return extentOf(status);
  return `${extentOf(status)} ${isEnoughRead(read)} ${read.state === 'done'}`;
}
