/** A small share of `test/bench/completion-fuzz.ts`, from one seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete } from '../../../server/completion/complete.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { randomFrom } from '../../../server/evaluation/random.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { languageOf } from '../../../server/workspace/language.ts';
import { broken, type Case, hostileCase } from './hostile.ts';

const tokenizer = loadTokenizer();
const spellings = Object.keys(tokenizer.special).flatMap(name => [`<${name}>`, `<|${name}|>`]);

const code = `export function planStay(berth: Berth, vessel: Vessel): Result<Stay> {
  if (vessel.draught > berth.depth) return refuse(\`\${vessel.name} needs \${vessel.draught} m 🚢\`);
  const stay = { berth, vessel, from: clock.now() };
  stays.set(berth.id, stay);
  return accept(stay);
}
`;
const sources = [
  code.repeat(2),
  code.replaceAll('Stay', 'Visit').replaceAll('berth', 'quay') + code,
  'שלום = "مرحبا"\n  שלום = "مرحبا" + "😀"\n\tשלום = "مرحبا"\n',
  '====\n====\n{ a: [ (1), "x" ] },\n{ a: [ (2), "x" ] },\n',
];

test('at 600 places of hostile text no suggestion breaks a rule', async () => {
  const memory = new CopyMemory(tokenizer);
  for (const [i, text] of sources.entries())
    memory.set(`${i}.ts`, tokenizer.encodePieces(renderFile(`${i}.ts`, text)));
  const random = randomFrom(7);
  let suggested = 0;
  let replacing = 0;
  for (let i = 0; i < 600; i++) {
    const one = hostileCase(sources[i % sources.length]!, random);
    const { item, alternatives = [] } = await complete(
      { path: 'new.ts', ...one, isInvoked: true, replacesClosers: true },
      memory,
      tokenizer,
    );
    if (item === undefined) continue;
    suggested++;
    for (const found of [item, ...alternatives]) {
      if (found.range.end > found.range.start) replacing++;
      const isForeign = (spelling: string): boolean => !one.text.includes(spelling);
      const rules = broken(one, found, spellings, isForeign, languageOf('new.ts'));
      assert.deepEqual(rules, [], JSON.stringify({ ...one, inserted: found.text }));
    }
  }
  assert.ok(suggested > 120, `${suggested} suggestions are too few to say anything`);
  assert.ok(replacing > 0, 'none replaced anything');
});

const item = {
  text: '',
  range: { start: 2, end: 2 },
  confidence: 1,
  provenance: [],
  kind: 'rest of line',
  origin: 'repository',
} as const;

/** Each of these rules has to be detected. */
const faults: readonly (readonly [rule: RegExp, text: string, inserted: string, offset?: number])[] = [
  [/half a surrogate/, 'ab', 'x\uD83D'],
  [/replacement/, 'ab', '\uFFFD'],
  [/control/, 'ab', 'x\u0000'],
  [/special/, 'ab', 'x<end>'],
  [/right of the cursor/, 'ab, c);', 'x, c);'],
  [/line below/, 'a{\n}', '\n}'],
  [/breaks lines/, 'a\r\n', 'x\n'],
  [/blank/, 'ab', ' '],
  [/above or below/, 'ab\nabc', 'c'],
  [/above or below/, 'abc\nab', 'c', 6],
  [/file imports/, 'import a;\nlet b;\nim', 'port a;', 19],
  [/holds the line below/, 'ab\nnext();', '{\nnext();\n}'],
  [/conflict/, 'ab', '\n<<<<<<< HEAD'],
  [/indents/, 'ab\n\tc', '{\n  x\n}'],
  [/indents/, 'ab\n  c', '{\n\tx\n}'],
  [/begins a string/, 'ab', "js';"],
  [/closes a bracket/, 'ab', 'c());'],
];

test('a start of a line that ends within a mark of several quotes is found', () => {
  for (const [inserted, isBroken] of [
    ['Says."', true],
    ['Says.""', true],
    ['Says "so"', false],
    ['Says', false],
  ] as const) {
    const place: Case = { text: '"""', offset: 3 };
    const found = { ...item, isStart: true as const, range: { start: 3, end: 3 }, text: inserted };
    const rules = broken(place, found, spellings, () => true, languageOf('a.py')).join();
    assert.equal(/within a mark/.test(rules), isBroken, inserted);
  }
});

test('the rules detect violations', () => {
  for (const [rule, text, inserted, offset = 2] of faults) {
    const place: Case = { text, offset };
    const found = { ...item, range: { start: offset, end: offset }, text: inserted };
    assert.match(broken(place, found, spellings, () => true, languageOf('a.ts')).join(), rule, inserted);
  }
});
