import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { ChunkIndex } from '../../../server/evaluation/bm25.ts';
import { type Evaluation, runEvaluation, settingsProblem } from '../../../server/evaluation/evaluate.ts';
import { evaluationText } from '../../../server/evaluation/report.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

function service(name: string): string {
  return `import { Store } from './store.ts';

export class ${name}Service {
  constructor(private readonly store: Store) {}

  async load${name}(id: string): Promise<${name}> {
    const found = await this.store.find('${name.toLowerCase()}', id);
    if (found === undefined) throw new Error(\`No ${name.toLowerCase()} has the id \${id}\`);
    return found as ${name};
  }
}
`;
}

function memoryOf(names: readonly string[]): CopyMemory {
  const memory = new CopyMemory(tokenizer);
  for (const name of names) {
    const path = `src/${name.toLowerCase()}.ts`;
    memory.set(path, tokenizer.encodePieces(renderFile(path, service(name))));
  }
  return memory;
}

function evaluate(settings: readonly string[], memory = memoryOf(['User', 'Item', 'Order', 'Invoice'])) {
  return runEvaluation({
    memory,
    tokenizer,
    lines: 12,
    seed: 7,
    settings,
    openOther: async () => memoryOf([]),
  });
}

/** Without clock-dependent fields. */
function timeless(evaluation: Evaluation): unknown {
  return JSON.parse(JSON.stringify(evaluation, (key, value) => (/^p\d+$/.test(key) ? undefined : value)));
}

test('the repository helps where the file alone does not', async () => {
  const { n, settings, bitsPerByte } = await evaluate([
    'file',
    'repo',
    'copy',
    'bm25',
    'oracle',
    'other:x',
    'neural',
  ]);
  const exact = (name: string): number => {
    const value = settings[name]!;
    assert.ok('exactMatch' in value, name);
    return value.exactMatch;
  };
  assert.equal(n, 12);
  assert.ok(exact('repo') > exact('file'));
  assert.equal(exact('copy'), exact('repo'));
  assert.equal(exact('other:x'), exact('file'));
  assert.ok(bitsPerByte['repo']! < bitsPerByte['file']!);
  assert.match(
    'unavailable' in settings['neural']! ? settings['neural'].unavailable : '',
    /has not read the repository/,
  );
});

test('the same seed gives the same figures', async () =>
  assert.deepEqual(timeless(await evaluate(['repo'])), timeless(await evaluate(['repo']))));

test('the report names every setting', async () => {
  const report = evaluationText(await evaluate(['file', 'repo', 'neural']));
  for (const expected of ['12 lines hidden', 'repo', 'has not read the repository', 'in-project'])
    assert.ok(report.includes(expected));
});

test('rejects a repository without code', () =>
  assert.rejects(evaluate(['repo'], memoryOf([])), /no line of code to hide/));

const problems: readonly (readonly [settings: readonly string[], problem: RegExp | undefined])[] = [
  [['file', 'repo', 'copy', 'neural', 'bm25', 'oracle', 'other:/tmp'], undefined],
  [['reop'], /There is no setting "reop"/],
  [['other:'], /There is no setting "other:"/],
  [[], /No settings/],
];

for (const [settings, problem] of problems) {
  test(`settings ${JSON.stringify(settings)} ${problem === undefined ? 'are known' : 'are refused'}`, () => {
    if (problem === undefined) assert.equal(settingsProblem(settings), undefined);
    else assert.match(settingsProblem(settings) ?? '', problem);
  });
}

test('finds chunks by rare words, never in the edited file', () => {
  const index = new ChunkIndex([
    { path: 'a.ts', text: 'const zebra = 1;\n' },
    { path: 'b.ts', text: 'const zebra = stripes;\n' },
    { path: 'c.ts', text: 'const horse = 1;\n' },
  ]);
  assert.deepEqual(
    index.best('zebra', 'a.ts', 5).map(chunk => chunk.path),
    ['b.ts'],
  );
  assert.equal(index.best('const zebra', '', 2).at(-1)?.path !== 'c.ts', true);
});
