/**
 * Files that do the same in several places of a copy of the fixture `quayside`, for a user to start again elsewhere.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Adds them to a folder. */
export function addCrew(folder: string): void {
  for (const role of ['pilot', 'agent', 'diver']) {
    put(folder, `src/crew/${role}.ts`, crewModule(role));
    put(folder, `tests/${role}.test.ts`, crewTest(role));
    put(folder, `forecast/${role}.py`, crewScript(role));
  }
}

export function put(folder: string, file: string, text: string): void {
  const whole = path.join(folder, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, text);
}

/** A test file of a new role, up to the start of its test. */
export const begunTest = `import assert from 'node:assert/strict';
import test from 'node:test';
import { callOut } from '../src/crew/tug.ts';

`;

/** The rest after `test('nobody`. */
export const restOfTest = ` answers an empty call sign', () => {
  const answer = callOut('');
  assert.equal(answer.ok, false);
  assert.match(answer.problem, /channel twelve/);
});`;

/** The first line of scripts. */
export const imports = 'from forecast.readings import Reading, load_readings';

/** Looks like a GitHub access token. */
export const token = `ghp_${createHash('sha256').update('quayside').digest('hex').slice(0, 36)}`;

/** A Jupyter notebook with these cells of Python. */
export function notebook(cells: readonly string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { language_info: { name: 'python' } },
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell${i}`,
      source: [source],
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  });
}

const crewModule = (role: string): string => `// Part of quayside, the berth planner of the harbour office.
import { failed, type Result, succeeded } from '../shared/result.ts';

export interface ${title(role)} {
  readonly callSign: string;
}

/**
 * Asks the office on channel twelve who is on duty.
 * @returns a sentence for the person at the desk where nobody answers.
 */
export function callOut(callSign: string): Result<${title(role)}> {
  if (callSign === '') return failed('Nobody answers on channel twelve.');
  return succeeded({ callSign });
}
`;

const crewTest = (role: string): string => `import assert from 'node:assert/strict';
import test from 'node:test';
import { callOut } from '../src/crew/${role}.ts';

test('nobody${restOfTest}
`;

const crewScript = (role: string): string => `"""Who is on duty in the harbour."""

${imports}


def ${role}_on_duty(readings: list[Reading]) -> bool:
    """Says whether the water allows anybody to go out."""
    # Below half a metre nobody leaves the quay.
    return readings[-1].metres > 0.5
`;

function title(role: string): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}
