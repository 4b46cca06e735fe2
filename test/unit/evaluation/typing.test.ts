import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { functionsIn, type Sitting } from '../../../server/evaluation/sittings.ts';
import { retype, runTyping, type TypingEvaluation } from '../../../server/evaluation/typing.ts';
import { TypingTally } from '../../../server/evaluation/typing-metrics.ts';
import { typingText } from '../../../server/evaluation/typing-report.ts';
import type { Completion, CompletionRequest } from '../../../server/fitting/request.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

function sitting(text: string): Sitting {
  return { file: { path: 'a.ts', text }, manner: 'top to bottom', start: 0, end: text.length, after: '' };
}

/** Types a text with a server whose suggestions come from a function, and returns the counts. */
async function typed(text: string, suggest: (request: CompletionRequest) => string | undefined) {
  const tally = new TypingTally();
  const asked: CompletionRequest[] = [];
  await retype(
    sitting(text),
    async (request): Promise<Completion> => {
      asked.push(request);
      const suggested = suggest(request);
      const { offset } = request;
      return {
        milliseconds: 0,
        ...(suggested && {
          item: {
            text: suggested,
            range: { start: offset, end: offset },
            confidence: 1,
            provenance: [],
            kind: 'line',
            origin: 'file',
          },
        }),
      };
    },
    tally,
  );
  return { ...tally.figures(), asked };
}

const twoLines = 'alpha = beta + gamma;\ndelta = epsilon;';

test('without suggestions nothing is saved and every start is silent', async () => {
  const { all } = await typed(twoLines, () => undefined);
  assert.equal(all.characters, twoLines.length);
  assert.equal(all.saved, 0);
  assert.equal(all.shown, 0);
  assert.equal(all.silent, 1);
});

test('one suggestion of the whole text saves all of it', async () => {
  const { all, byPlace } = await typed(twoLines, ({ offset }) => twoLines.slice(offset));
  assert.equal(all.saved, 1);
  assert.equal(all.shown, 1);
  assert.equal(all.precision, 1);
  assert.equal(all.silent, 0);
  assert.equal(byPlace['empty line']?.shown, 1);
});

test('a suggestion in the middle of a line saves the rest of it', async () => {
  const at = 'alpha = '.length;
  const { all, byPlace } = await typed(twoLines, ({ offset }) =>
    offset === at ? 'beta + gamma;' : undefined,
  );
  assert.equal(all.saved, 'beta + gamma;'.length / twoLines.length);
  assert.equal(all.precision, 1);
  assert.equal(byPlace.value?.saved, 'beta + gamma;'.length / byPlace.value!.characters);
  // Five words; the second and third were suggested.
  assert.equal(all.silent, 3 / 5);
});

test('accepts a correct first word, and typing along keeps one suggestion', async () => {
  const at = 'alpha = '.length;
  const whole = 'beta - wrong;';
  const { all } = await typed(twoLines, ({ offset }) =>
    offset >= at && offset < at + 5 ? whole.slice(offset - at) : undefined,
  );
  assert.equal(all.shown, 1);
  assert.equal(all.precision, 1);
  assert.equal(all.saved, 'beta'.length / twoLines.length);
});

test('a wrong suggestion counts once, however long it is shown', async () => {
  const at = 'alpha = '.length;
  const { all } = await typed(twoLines, ({ offset }) =>
    offset >= at && offset < at + 4 ? 'betaine'.slice(offset - at) : undefined,
  );
  assert.equal(all.shown, 1);
  assert.equal(all.precision, 0);
  assert.equal(all.wrongPer100, 100 / twoLines.length);
});

test('a request is what the editor would send', async () => {
  const { asked } = await typed('if (a) {\n  b("c");\n}', () => undefined);
  const texts = asked.map(({ text, offset }) => `${text.slice(0, offset)}|${text.slice(offset)}`);
  assert.ok(texts.includes('if (|)'));
  assert.ok(texts.includes('if (a) {\n  |\n}'));
  assert.ok(texts.includes('if (a) {\n  b("|")\n}'));
});

test('detects functions by their first line and indentation', () => {
  const text =
    'const a = 1;\n\nfunction f(b) {\n  return b;\n}\n\nclass C {\n  m() {\n    return 1;\n  }\n}\n';
  assert.deepEqual(
    functionsIn(text).map(({ start, end }) => text.slice(start, end)),
    [
      'function f(b) {\n  return b;\n}',
      'class C {\n  m() {\n    return 1;\n  }\n}',
      '  m() {\n    return 1;\n  }',
    ],
  );
  const python = 'def f(a):\n    b = a\n\n    return b\n\n\nx = 1\n';
  assert.deepEqual(
    functionsIn(python).map(({ start, end }) => python.slice(start, end)),
    ['def f(a):\n    b = a\n\n    return b'],
  );
});

function service(name: string): string {
  return `import { Store } from './store.ts';

export class ${name}Service {
  constructor(private readonly store: Store) {}

  async load(id: string): Promise<${name}> {
    const found = await this.store.find('${name.toLowerCase()}', id);
    if (found === undefined) throw new Error(\`Nothing has the id \${id}\`);
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

/** Without clock-dependent fields. */
function timeless(evaluation: TypingEvaluation): unknown {
  return JSON.parse(JSON.stringify(evaluation, (key, value) => (/^p\d+$/.test(key) ? undefined : value)));
}

test('similar files save most of another, a lone file little, reproducibly by seed', async () => {
  const options = { tokenizer, files: 2, seed: 3 };
  const alike = await runTyping({ ...options, memory: memoryOf(['User', 'Item', 'Order', 'Invoice']) });
  const alone = await runTyping({ ...options, memory: memoryOf(['User']) });
  assert.equal(alike.files, 2);
  assert.ok(alike.all.saved > 0.6, `saved ${alike.all.saved}`);
  assert.ok(alone.all.saved < 0.2, `saved ${alone.all.saved}`);
  assert.ok(alike.all.silent < alone.all.silent);
  const again = await runTyping({ ...options, memory: memoryOf(['User', 'Item', 'Order', 'Invoice']) });
  assert.deepEqual(timeless(again), timeless(alike));
  assert.match(typingText(alike), /saved %/);
});

test('rejects a repository without code', async () => {
  await assert.rejects(
    runTyping({ tokenizer, files: 1, seed: 1, memory: new CopyMemory(tokenizer) }),
    /has no code to type/,
  );
});
