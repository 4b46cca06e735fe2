import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import { makeDigest } from '../../../server/summary/digest.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();
const countTokens = (text: string): number => tokenizer.encode(text).length;

const texts: Record<string, string> = {
  'README.md': '# Quay\n\nQuay keeps ships in order.\n\n```sh\nnpm start\n```\n',
  'package.json': '{ "name": "quay", "description": "Keeps ships in order.", "main": "src/main.ts" }\n',
  'src/main.ts':
    "/** Starts the quay. */\nimport { assignBerth } from './berths.ts';\nexport function startQuay() { return assignBerth(1); }\n",
  'src/berths.ts': `/** Which ship lies where. */\nexport function assignBerth(ship: number) {\n${'  count += ship;\n'.repeat(60)}}\n`,
};
for (let at = 0; at < 30; at++)
  texts[`src/part${at}.ts`] = `/** Part ${at} of many. */\nexport const part${at} = ${at};\n`;

const source: SummarySource = {
  name: 'quay',
  files: () =>
    Object.entries(texts).map(([path, text]) => ({ path, tokens: countTokens(text), version: text })),
  textOf: path => texts[path],
};
const facts = await new FactBook(undefined).collect(source);
const skipped = [
  { path: '.env', reason: 'secret' },
  { path: 'logo.png', reason: 'binary' },
];

test('a digest fits any budget, and grows with it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 600, max: 4000 }),
      fc.constantFrom('markdown', 'json'),
      (budget, format) => {
        const digest = makeDigest(source, facts, { budget, format, countTokens, skipped });
        assert.ok(countTokens(digest.text) <= budget);
        assert.equal(digest.tokens, countTokens(digest.text));
        assert.equal(digest.whole + digest.outlined + digest.named, Object.keys(texts).length);
      },
    ),
    { numRuns: 25 },
  );
});

test('a large budget includes all text; a file with a fence gets a longer one', () => {
  const { text, whole } = makeDigest(source, facts, {
    budget: 10_000,
    format: 'markdown',
    countTokens,
    skipped,
  });
  assert.ok(whole >= 30, String(whole));
  assert.ok(text.includes('````markdown\n# Quay'));
  assert.ok(text.includes('count += ship;'));
});

test('starts with where to start, lists the biggest files, and only counts files with secrets', () => {
  const options = { budget: 900, format: 'json', countTokens, skipped } as const;
  const digest = makeDigest(source, facts, options);
  const parsed = JSON.parse(digest.text) as { files: { path: string }[]; leftOut: Record<string, number> };
  assert.equal(parsed.files[0]?.path, 'README.md');
  assert.equal(digest.biggest[0]?.path, 'src/berths.ts');
  assert.deepEqual(parsed.leftOut, { secret: 1, binary: 1 });
  assert.ok(!digest.text.includes('.env'));
});

test('a part has its own digest; too small a budget is an error', () => {
  const options = { format: 'json', countTokens, skipped } as const;
  const part = makeDigest(source, facts, { ...options, path: 'src/main.ts' });
  assert.equal(part.whole, 1);
  assert.throws(() => makeDigest(source, facts, { ...options, budget: 5 }), /more than 5 tokens/);
  assert.throws(() => makeDigest(source, facts, { ...options, path: 'nowhere' }), /"nowhere"/);
});

test('code in a digest stays as it is; prose around it is escaped', async () => {
  const own: Readonly<Record<string, string>> = {
    'package.json': '{ "name": "quay", "scripts": { "test": "lint && node --test *.js" } }',
    'a.ts': '/** Ties `a && b` for *all* ships. */\nexport const a = 1;\n',
  };
  const repository = {
    name: 'quay',
    files: () => Object.entries(own).map(([path, text]) => ({ path, tokens: 50, version: text })),
    textOf: (path: string) => own[path],
  };
  const collected = await new FactBook(undefined).collect(repository);
  const { text } = makeDigest(repository, collected, {
    budget: 3000,
    format: 'markdown',
    countTokens: words => words.length / 4,
    skipped: [],
  });
  assert.ok(text.includes('- `npm run test`: `lint && node --test *.js`'), text);
});
