import type { Status } from '../../server/protocol/requests.ts';

/** Summarizes what is indexed: equal values most likely mean the same files. */
export function extentOf(status: Status | undefined): string {
  return status ? `${status.files} ${status.tokens} ${status.bytes}` : '';
}
