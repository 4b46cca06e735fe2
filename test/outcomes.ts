/** A reporter for node:test that writes one line of JSON per file with its results. */
import type { TestEvent } from 'node:test/reporters';

export interface Outcomes {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export default async function* outcomes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    // The summary without a file is the overall one.
    if (event.type !== 'test:summary' || event.data.file === undefined) continue;
    const { tests, passed, skipped, todo } = event.data.counts;
    const outcomes: Outcomes = { passed, failed: tests - passed - skipped - todo, skipped };
    yield `${JSON.stringify({ file: event.data.file, ...outcomes })}\n`;
  }
}
