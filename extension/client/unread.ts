import type { Status } from '../../server/protocol/requests.ts';

/** Why nothing was found, where that says little: the repository has not been read. Undefined if it has. */
export function unreadText(
  status: Pick<Status, 'state' | 'files'> | undefined,
  say: (text: string) => string,
): string | undefined {
  if (status?.state === 'ready') return undefined;
  return status === undefined || status.files === 0
    ? say('The repository has not been read yet.')
    : say('Only a part of the repository has been read so far.');
}
