import type { Status } from '../../server/protocol/requests.ts';

/** How much is read, and of what size: the same again means most likely the same files. */
export function extentOf(status: Status | undefined): string {
  return status ? `${status.files} ${status.tokens} ${status.bytes}` : '';
}
