/** A reporter for node:test that writes one line of JSON for every test: its file and how it ended. */
import type { TestEvent } from 'node:test/reporters';

export type Outcome = 'passed' | 'failed' | 'skipped';

export default async function* outcomes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { file, name, skip, details } = event.data;
    if (details.type === 'suite') continue;
    const skipped = skip !== undefined && skip !== false;
    const outcome: Outcome = event.type === 'test:fail' ? 'failed' : skipped ? 'skipped' : 'passed';
    yield `${JSON.stringify({ file: file ?? name, outcome })}\n`;
  }
}
