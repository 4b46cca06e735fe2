/** The last section of the summary tree: index statistics, and a link to the full list. */
import type { Activity, Status } from '../../server/protocol/requests.ts';
import type { Say, SummaryNode } from './nodes.ts';

const ledger = 'longsight.showCoverage';

/** @param count formats a number in the display language */
export function coverageNode(status: Status, say: Say, count: (value: number) => string): SummaryNode {
  const rows: [id: string, icon: string, label: string, command: string | undefined][] = [
    [
      'read',
      'check',
      status.files === 1
        ? say('1 file, {0} tokens read', count(status.tokens))
        : say('{0} files, {1} tokens read', count(status.files), count(status.tokens)),
      ledger,
    ],
    ['skipped', 'circle-slash', say('{0} skipped', count(status.skipped)), ledger],
    ['stale', 'history', say('{0} changed since read', count(status.stale)), ledger],
    [
      'device',
      'chip',
      status.device ? say('Device: {0}', status.device) : say('No device'),
      'longsight.chooseDevice',
    ],
  ];
  const children = rows
    .filter(([id]) => id !== 'stale' || status.stale > 0)
    .map(([id, icon, label, command]) => ({
      ...plain(`coverage/${id}`, icon, label),
      text: id === 'device' ? status.deviceReason : '',
      ...(command && { command }),
    }));
  return { ...plain('coverage', 'checklist', say('Coverage')), children };
}

export function activityNode(
  { commitsLastYear, lastCommit, partial }: Activity,
  say: Say,
  date: (seconds: number) => string,
): SummaryNode {
  const label = partial
    ? say('At least {0} commits in a year, the latest on {1}', commitsLastYear, date(lastCommit))
    : commitsLastYear === 1
      ? say('1 commit in the last year, on {0}', date(lastCommit))
      : say('{0} commits in the last year, latest on {1}', commitsLastYear, date(lastCommit));
  return plain('overview/activity', 'git-commit', label);
}

/** An entry that runs a command instead of opening a place. */
export function actionNode(command: string, label: string, icon: string): SummaryNode {
  return { ...plain(command, icon, label), text: label, command };
}

function plain(id: string, icon: string, label: string): SummaryNode {
  return {
    id,
    icon,
    label,
    spoken: label,
    description: '',
    text: '',
    generated: false,
    expanded: false,
    children: [],
  };
}
