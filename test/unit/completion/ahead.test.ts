import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookAhead, questionsAfter } from '../../../server/completion/ahead.ts';
import { CompletionCache } from '../../../server/completion/cache.ts';
import { contextOf } from '../../../server/fitting/context.ts';
import type { CompletionItem } from '../../../server/fitting/request.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { FakePredictor } from './fake.ts';

function itemOf(text: string, offset: number): CompletionItem {
  return {
    text,
    range: { start: offset, end: offset },
    confidence: 1,
    provenance: [],
    kind: 'rest of line',
    origin: 'repository',
  };
}

/** What is prepared, with `|` for the cursor. */
const rows: readonly (readonly [what: string, marked: string, inserted: string, ahead: string[]])[] = [
  ['a line', '  a = |\nend', 'b;', ['  a = b;|\nend', '  a = b;\n  |\nend']],
  ['a line that opens a block', '  if (a|\nend', ') {', ['  if (a) {|\nend', '  if (a) {\n    |\nend']],
  ['the middle of a line', 'f(|)\n', 'x', ['f(x|)\n']],
  ['carriage returns', 'a = |\r\n', 'b', ['a = b|\r\n', 'a = b\r\n|\r\n']],
];

for (const [what, marked, inserted, ahead] of rows) {
  test(`beyond ${what}`, () => {
    const offset = marked.indexOf('|');
    const text = marked.replace('|', '');
    const questions = questionsAfter({ path: 'a.ts', text, offset }, itemOf(inserted, offset));
    assert.deepEqual(
      questions.map(one => `${one.text.slice(0, one.offset)}|${one.text.slice(one.offset)}`),
      ahead,
    );
  });
}

test('a result prepared ahead is available on request', async () => {
  const predictor = new FakePredictor(loadTokenizer(), ['first(alpha);\nsecond(beta);\n']);
  const cache = new CompletionCache();
  const ahead = new LookAhead(cache);
  const request = { path: 'a.ts', text: 'first', offset: 5, eagerness: 1 };
  await ahead.begin(request, itemOf('(alpha);', 5), predictor, loadTokenizer());
  const text = 'first(alpha);\n';
  assert.equal(cache.find({ ...request, text, offset: text.length })?.item?.text, 'second(beta);');
  const { asked } = predictor;
  await ahead.begin(request, itemOf('(alpha);', 5), predictor, loadTokenizer());
  assert.equal(predictor.asked, asked, 'once is enough');
});

test('what is prepared ahead has not been shown', async () => {
  const predictor = new FakePredictor(loadTokenizer(), ['first(alpha);\nsecond(beta);\n']);
  const cache = new CompletionCache();
  const typed = (text: string) => contextOf({ path: 'a.ts', text, offset: text.length });
  cache.passed.countAt(typed('first'));
  cache.passed.show(typed('first'), '(alpha);');
  const request = { path: 'a.ts', text: 'first', offset: 5, eagerness: 1 };
  await new LookAhead(cache).begin(request, itemOf('(alpha);', 5), predictor, loadTokenizer());
  assert.equal(cache.passed.countAt(typed('first[')), 1);
});
