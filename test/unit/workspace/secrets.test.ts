import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { mayHoldSecret, searchedRules, verdictOnSecrets } from '../../../server/workspace/secrets.ts';

/** Spelled in parts, so that no scanner takes this file for what it tests. */
const letters = (count: number): string => 'aB3dE6gH9k'.repeat(Math.ceil(count / 10)).slice(0, count);
const key = (kind: string): string =>
  `-----BEGIN ${kind}PRIVATE ${'KEY'}-----\nMI${letters(300)}\n-----END ${kind}PRIVATE ${'KEY'}-----\n`;
const account = { type: 'service_account', ['private_' + 'key_id']: 'x', ['private_' + 'key']: key('') };

const secrets: [path: string, text: string][] = [
  ['a.py', `aws_${'secret'}_access_key = "${letters(40)}"`],
  ['a.py', `AWS${'Secret'}AccessKey: ${letters(40)}\n`],
  ['a.ts', `const t = '${'npm'}_${letters(36)}';`],
  ['package.json', `{"x": "https://${letters(40)}:x-oauth${'-basic'}@github.com/a/b"}`],
  ['sub/.npmrc', `//registry.example.com/:_auth${'Token'}=${letters(30)}`],
  ['.npmrc', `//registry.example.com/:_${'password'}="${letters(30)}"`],
  ['a.md', `see https://someone:${letters(12)}@intranet.company.com/x`],
  ['a.ts', `${'xoxb'}-1234567890-${letters(20)}`],
  ['a.ts', `HTTPS://${'Hooks'}.Slack.com/services/T${letters(8)}/B${letters(8)}/${letters(20)}`],
  ['a.ts', `sk-${letters(20)}${'T3Blbk'}FJ${letters(20)}`],
  ['a.ts', `sk-${'ant'}-api03-${letters(93)}AA`],
  ['a.ts', `${'gsk'}_${letters(52)}`],
  ['a.ts', `${'hf'}_${'abcdEFGHij'.repeat(4).slice(0, 34)}`],
  ['a.ts', `lin_${'api'}_${letters(40)}`],
  ['a.ts', `${'ntn'}_12345678901${letters(35)}`],
  ['a.ts', key('RSA ')],
  ['a.ts', JSON.stringify(key('OPENSSH '))],
  ['a.ts', `${'SG'}.${letters(22)}.${letters(43)}`],
  ['a.ts', `${'shpat'}_${letters(32)}`],
  ['a.ts', `${'ghp'}_${letters(36)}`],
  ['a.ts', `github_${'pat'}_${letters(82)}`],
  ['a.ts', `${'glpat'}-${letters(20)}`],
  ['a.ts', `${'glc'}_${letters(60)}`],
  ['a.ts', `${'glsa'}_${letters(32)}_0123abcd`],
  ['a.ts', `mongodb+srv://app:${letters(12)}@cluster.company.net/db`],
  ['a.ts', `Postgres://app:${letters(12)}@db.company.net/db`],
  ['a.ts', `jdbc:mysql://app:${letters(12)}@db.company.net/db`],
  ['a.ts', `${'hvs'}.${letters(95)}`],
  ['a.ts', `${'vcp'}_${letters(24)}`],
  ['a.ts', `${'dapi'}${'0123456789abcdef'.repeat(2)}`],
  ['a.ts', `${'dckr'}_pat_${letters(27)}`],
  ['a.ts', `${'figd'}_${letters(40)}`],
  [
    'a.ts',
    `${'ops'}_${Buffer.from(JSON.stringify({ email: letters(40), secret: letters(60), end: {} })).toString('base64')}`,
  ],
  ['a.json', JSON.stringify(account)],
  ['a.json', JSON.stringify(account).replaceAll('private', '\\u0070rivat\\u0065')],
];

const harmless: [path: string, text: string][] = [
  ['a.ts', `const url = \`https://\${user}:\${password}@host.company.com/\`;`],
  ['a.md', 'http://samuel:pass@example.com:8000/the/path'],
  ['a.md', 'postgres://postgres:postgres@db:5432/app and https://me:hunter12@server.test/'],
  ['a.go', '"http://user:somethingelse@127.0.0.1/"'],
  ['.npmrc', `//registry.npmjs.org/:_authToken=\${NPM_TOKEN}\nsave-exact=true`],
  ['a.json', '{"private_key_id": "x"}'],
  ['a.ts', `-----BEGIN PRIVATE ${'KEY'}-----\n...\n-----END PRIVATE ${'KEY'}-----`],
];

describe('secrets in text', () => {
  it('are searched for every rule of the preset', () => {
    const real = rules.map(rule => rule.meta.id);
    assert.deepEqual([...searchedRules].sort(), [...real].sort());
  });

  for (const [path, text] of secrets) {
    it(`are found and not repeated: ${text.slice(0, 12)}…`, async () => {
      assert.ok(mayHoldSecret(path, text));
      const verdict = await verdictOnSecrets(path, text);
      assert.equal(verdict?.reason, 'secret');
      for (let at = 0; at + 10 <= text.length; at++)
        assert.ok(!verdict?.detail.includes(text.slice(at, at + 10)));
    });
  }

  for (const [path, text] of harmless) {
    it(`are not seen in ${text.slice(0, 40)}`, async () => {
      assert.equal(await verdictOnSecrets(path, text), undefined);
    });
  }

  it('are never passed over by the search that decides whether the rules run', async () => {
    const patterns = await patternsOfTheRules();
    assert.ok(patterns.length > 25, `${patterns.length} patterns`);
    const found = new Set<RegExp>();
    for (const pattern of patterns) {
      const around = fc.oneof(
        fc.constantFrom('', ' ', '"', '\n', '_', 'x', '='),
        fc.string({ maxLength: 3 }),
      );
      const path = fc.constantFrom('a.ts', 'a.json', 'package.json', '.npmrc');
      await fc.assert(
        fc.asyncProperty(path, around, matching(pattern), around, async (name, before, match, after) => {
          const text = before + match + after;
          if ((await verdictOnSecrets(name, text)) === undefined) return;
          found.add(pattern);
          assert.ok(mayHoldSecret(name, text), `${name}: ${text}`);
        }),
        { numRuns: 25 },
      );
    }
    // Rules that also check what they found (keys in PEM, tokens that hold JSON) are among the examples above.
    assert.ok(found.size > 24, `texts for ${found.size} of ${patterns.length} patterns were reported`);
  });
});

/** The patterns that the rules really search with, taken from them while they run. */
async function patternsOfTheRules(): Promise<RegExp[]> {
  const texts = ['package.json', '.npmrc', 'a.ts'].map(path => ({
    path,
    text: `a text of its own for ${path}`,
  }));
  const spy = mock.method(String.prototype, 'matchAll');
  try {
    for (const { path, text } of texts) await verdictOnSecrets(path, text);
  } finally {
    spy.mock.restore();
  }
  const patterns = new Map<string, RegExp>();
  for (const call of spy.mock.calls)
    if (texts.some(({ text }) => text === String(call.this)))
      patterns.set(String(call.arguments[0]), call.arguments[0] as RegExp);
  return [...patterns.values()];
}

/** Texts that match the pattern, where what stands around it allows. */
function matching(pattern: RegExp): fc.Arbitrary<string> {
  const source = pattern.source
    .replace(/\(\?<?[!=](?:\[[^\]]*\]|[^()\]])*\)/g, '')
    .replaceAll('\\b', '')
    .replace(/\(\?<\w+>/g, '(')
    // Long bodies have the same shape as short ones.
    .replace(
      /\{(\d+),(\d+)\}/g,
      (_, least, most) => `{${least},${Math.min(Number(most), Number(least) + 4)}}`,
    );
  const text = fc.stringMatching(new RegExp(source, 'u'));
  if (!pattern.flags.includes('i')) return text;
  return fc
    .tuple(text, fc.infiniteStream(fc.boolean()))
    .map(([word, stream]) =>
      word.replace(/[a-z]/g, letter => (stream.next().value ? letter.toUpperCase() : letter)),
    );
}
