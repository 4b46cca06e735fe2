import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionItem } from '../../../server/completion/complete.ts';
import { choose } from '../../../server/suggestions/choice.ts';

const request = { path: 'a.ts', text: 'const found = ', offset: 14 };

function copied(text: string, confidence: number): CompletionItem {
  const range = { start: request.offset, end: request.offset };
  return { text, range, confidence, provenance: [], kind: 'rest of line', origin: 'repository' };
}

test('an explicit request gets the start of a line that many lines share, as typing does', () => {
  const lines = ['one', 'two', 'three'].map(key => copied(`repository.find('${key}');`, 0.03));
  const found = { item: copied('repository.find', 0.9), line: lines[0]!, alternatives: lines.slice(1) };
  const nothing = { text: '', own: undefined, line: '', steps: [] };
  for (const isInvoked of [false, true])
    assert.equal(
      choose({ ...found, milliseconds: 0 }, nothing, { ...request, isInvoked }, 'Tiny').item?.text,
      'repository.find',
    );
});
