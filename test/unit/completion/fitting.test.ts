/** Requirements on suggestions from their surroundings: one row for each way they were violated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete } from '../../../server/completion/complete.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { CompletionRequest } from '../../../server/fitting/request.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

const workflow = (name: string): string =>
  `name: ${name}\njobs:\n  test:\n    steps:\n      - uses: checkout\n      - uses: setup\n      - run: ci\n      - run: test\n`;

const suite = (name: string): string => `import { strip } from '../src/strip.ts';

describe('${name}', () => {
  it('should ${name} ansi codes', () => {
    assert.equal(strip('${name}'), '');
  });

  it('should keep ${name}', () => {
    assert.equal(strip('a'), 'a');
  });
});
`;

const job = (name: string): string => `class ${name}:
  def run(self):
    for item in self.items:
      if item.ready:
        item.start()
        item.note(item.ready)
    return self
`;

const merged = (name: string): string => `export function ${name}() {
  prepare('${name}');
${'<'.repeat(7)} HEAD
  return first('${name}');
${'='.repeat(7)}
  return second('${name}');
${'>'.repeat(7)} other
}
`;

const logging = (name: string): string => `export { ${name} } from './logger.js';
const path = './lib/logger.js';
/**
 * Sends the message to every transport that is open.
 */
export const ${name} = path;
`;

const recipe = (name: string): string => `SOURCES = \\
    ${name}.c \\
    main.c

${name}: $(SOURCES)
\t$(CC) -o $@ $(SOURCES)
\tstrip $@
`;

const files: Readonly<Record<string, string>> = {
  'make/one/Makefile': recipe('one'),
  'make/two/Makefile': recipe('two'),
  ...Object.fromEntries(['a', 'b', 'c', 'd'].map(name => [`flows/${name}.yml`, workflow(name)])),
  ...Object.fromEntries(['colour', 'cursor', 'link'].map(name => [`test/${name}.test.ts`, suite(name)])),
  'src/strip.ts': 'export function strip(text: string): string {\n  return text;\n}\n',
  'jobs/one.py': job('One'),
  'jobs/two.py': job('Two'),
  'jobs/loss.py': 'total = float(loss.numpy())\nother = float(loss.numpy())\n',
  'src/left.ts': merged('left'),
  'src/right.ts': merged('right'),
  'lib/one.ts': logging('one'),
  'lib/two.ts': logging('two'),
  'lib/logger.ts': 'export const one = 1;\nexport const two = 2;\n',
};

const memory = new CopyMemory(tokenizer);
for (const [path, text] of Object.entries(files))
  memory.set(path, tokenizer.encodePieces(renderFile(path, text)));

/** All that would be offered, with `‸` at the cursor's destination if that is not the end. */
async function offered(
  path: string,
  marked: string,
  more: Partial<CompletionRequest> = {},
): Promise<{ text: string; result: string }[]> {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const asked = { path, text, offset, eagerness: 1, isInvoked: true, replacesClosers: true, ...more };
  const { item, alternatives = [] } = await complete(asked, memory, tokenizer);
  return [item, ...alternatives]
    .filter(one => one !== undefined)
    .map(one => {
      const { caret = one.text.length } = one;
      const shown = `${one.text.slice(0, caret)}${caret < one.text.length ? '‸' : ''}${one.text.slice(caret)}`;
      return { text: shown, result: text.slice(0, one.range.start) + shown + text.slice(one.range.end) };
    });
}

const steps = workflow('e');

for (const marked of [
  steps.replace('      - run: test', '      |\n      - run: test'),
  steps.replace('      - run: test', '|\n      - run: test'),
  steps.replace('      - run: test', '      - r|\n      - run: test'),
  steps.replace('      - run: test', '\n      |\n\n      - run: test'),
  steps.replace('- run: test\n', '- run: test\n      |'),
]) {
  test(`neither the line above nor the one below is offered: ${JSON.stringify(marked.slice(-60))}`, async () => {
    for (const { text } of await offered('flows/e.yml', marked))
      assert.ok(!/^\s*(?:- r)?un: (?:ci|test)$|^- run: test$/.test(text), text);
  });
}

test('does not suggest the second line on the first', async () => {
  for (const { text } of await offered('test/new.test.ts', `|\n${suite('new')}`))
    assert.ok(!text.includes('import { strip }'), text);
});

test('does not suggest an existing import', async () => {
  const marked = suite('new').replace('\n\n', "\nimport { other } from './other.ts';\nimport |\n\n");
  for (const { text } of await offered('test/new.test.ts', marked)) assert.ok(!text.includes('strip'), text);
});

const bodies: readonly (readonly [what: string, line: string, expected: string])[] = [
  ['inside a bracket that the editor closed', "it('should do', |)", "it('should do', () => {\n    ‸\n  })"],
  ['with its semicolon', "it('should do', |);", "it('should do', () => {\n    ‸\n  });"],
  [
    'inside a quote and a bracket that the editor closed',
    "it('should new ansi codes|')",
    "it('should new ansi codes', () => {\n    ‸\n  })",
  ],
  ['where nothing is closed yet', "it('should do', |", "it('should do', () => {\n    ‸\n  });"],
];

for (const [what, line, expected] of bodies) {
  test(`a body is closed ${what}`, async () => {
    const marked = `import { strip } from '../src/strip.ts';\n\ndescribe('new', () => {\n  ${line}\n});\n`;
    const results = await offered('test/new.test.ts', marked);
    assert.ok(
      results.some(({ result }) => result.includes(`\n  ${expected}\n});\n`)),
      JSON.stringify(results.map(({ text }) => text)),
    );
  });
}

test('does not close an existing body again', async () => {
  const marked = `import { strip } from '../src/strip.ts';\n\ndescribe('new', |\n  it('should keep', () => {\n    strip('');\n  });\n});\n`;
  for (const { result } of await offered('test/new.test.ts', marked))
    assert.ok(!/\{\n\s*‸/.test(result), result);
});

const styles: readonly (readonly [name: string, unit: string])[] = [
  ['tabs', '\t'],
  ['two spaces', '  '],
  ['three spaces', '   '],
  ['four spaces', '    '],
  ['eight spaces', '        '],
];

for (const [name, unit] of styles) {
  test(`nesting survives in a file of ${name}`, async () => {
    const written = job('Three').replace(/^(?: {2})+/gm, spaces => unit.repeat(spaces.length / 2));
    const marked = written.replace(/if item\.ready:[\s\S]*start\(\)[\s\S]*\n[^\n]*return/, '|\n');
    const [first] = await offered('jobs/three.py', marked.replace(/self$/m, ''));
    assert.equal(
      first?.text,
      `if item.ready:\n${unit.repeat(4)}item.start()\n${unit.repeat(4)}item.note(item.ready)`,
    );
  });
}

test('indents an empty file like the editor', async () => {
  const indentation = { insertSpaces: false, tabSize: 4 };
  const [first] = await offered('jobs/three.py', 'class One:\n|', { indentation });
  assert.match(first?.text ?? '', /^\tdef run\(self\):/);
});

test('a recipe keeps its tab in a makefile that is otherwise indented by spaces', async () => {
  const [marked] = recipe('three').split('\t');
  const results = await offered('make/three/Makefile', `${marked}|`);
  assert.ok(results.length > 0);
  for (const { text } of results) assert.match(text, /^\t\S/);
});

test('rewrites a relative import for the edited file', async () => {
  const [first] = await offered(
    'test/deep/new.test.ts',
    "import { strip } from |\n\ndescribe('x', () => {\n});\n",
  );
  assert.equal(first?.text, "'../../src/strip.ts';");
  for (const { text } of await offered('elsewhere.ts', "import { strip } from '../|'\n"))
    assert.ok(!text.includes('strip'), text);
});

test('suggests no conflict marker', async () => {
  for (const start of [
    "export function mid() {\n  prepare('mid');\n|",
    "export function mid() {\n  prepare('mid');\n<|",
  ])
    for (const { text } of await offered('src/mid.ts', start)) assert.ok(!/<{4}|>{4}|={5}/.test(text), text);
});

test('suggests code from code, comments from comments', async () => {
  for (const { text } of await offered('lib/three.ts', "const three = './b';\nlogger.|\n"))
    assert.ok(!text.includes('js'), text);
  for (const { text } of await offered(
    'lib/three.ts',
    "const path = './lib/logger.js';\nSends the message to |\n",
  ))
    assert.ok(!text.includes('transport'), text);
  const inside = await offered(
    'lib/three.ts',
    "const path = './lib/logger.js';\n/**\n * Sends the message to |\n */\n",
  );
  assert.equal(inside[0]?.text, 'every transport that is open.');
});

test('does not close a bracket that is not open', async () => {
  const closed = await offered('jobs/three.py', 'total = float(loss.|\n');
  assert.equal(closed[0]?.text, 'numpy())');
  for (const { text } of await offered('jobs/three.py', 'total = loss.|\n'))
    assert.notEqual(text, 'numpy())');
});

test('a word of a million letters costs nothing', async () => {
  const word = 'x'.repeat(1_000_000);
  for (const marked of [`const a = ${word}|`, `${word}|${word}`, `'${word}' + |`])
    assert.ok(Array.isArray(await offered('src/long.ts', marked)));
});
