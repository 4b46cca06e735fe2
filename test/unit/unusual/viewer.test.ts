import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { ParametersOf, ResultOf, WorkName } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { coderViewer } from '../../../server/unusual/coder-viewer.ts';
import { FileJudge } from '../../../server/unusual/judge-file.ts';

const tokenizer = loadTokenizer();
const text = 'const größe = 1;\nconst total = größe + count;\n\n// a comment\nsend(total, größe);\n';
const tokens = tokenizer.encodePieces(renderFile('a.ts', text));
const memory = new CopyMemory(tokenizer);
memory.set('b.ts', tokenizer.encodePieces(renderFile('b.ts', text.replaceAll('total', 'whole'))));

type Answer = (name: WorkName, parameters: ParametersOf<WorkName>) => unknown;

function engineOf(answer: Answer): Pick<Engine, 'run'> {
  return {
    run: async <Name extends WorkName>(name: Name, parameters: ParametersOf<Name>) =>
      answer(name, parameters) as ResultOf<Name>,
  };
}

const constant = (length: number, value: number) => new Float32Array(length).fill(value);

test('the code model is asked where units stand in the text, and only of the lines in question', async () => {
  const asked: string[] = [];
  const engine = engineOf((name, parameters) => {
    assert.equal(name, 'judgeUnits');
    const { units, text: whole } = parameters as ParametersOf<'judgeUnits'>;
    assert.equal(whole, text);
    for (const { start, end } of units) asked.push(whole.slice(start, end));
    const [own, expected, odds] = [3, 1, 2].map(value => constant(units.length, value));
    return { own, expected, odds };
  });
  const viewer = await coderViewer({ engine, coder: { file: '', folder: '/none' }, tokenizer });
  const judged = await new FileJudge(memory, tokenizer, viewer).judge('a.ts', tokens, {
    isAsked: line => line === 2,
  });
  assert.equal(asked.join(' ').replace(' ;', ';'), 'const total = größe + count;');
  for (const { evidence, by, view } of judged) {
    assert.equal(by, evidence.unit.line === 2 ? 'coder' : 'copy');
    assert.equal(view?.own, evidence.unit.line === 2 ? 3 : undefined);
  }
});

test('without time or without an engine the copy memory judges alone', async () => {
  const problems: string[] = [];
  const onProblem = (problem: string) => void problems.push(problem);
  const engine = engineOf(() => {
    throw new Error('there is no engine');
  });
  const coder = { file: '', folder: '/none' };
  for (const seconds of [0, 60]) {
    const viewer = await coderViewer({ engine, coder, tokenizer, seconds, onProblem });
    const units = await new FileJudge(memory, tokenizer, viewer).judge('a.ts', tokens);
    assert.ok(units.length > 10 && units.every(({ by }) => by === 'copy'));
  }
  assert.deepEqual(problems, ['The code model takes no part: there is no engine']);
});

test('a cancelled request ends, and is no problem', async () => {
  const abort = new AbortController();
  const engine = engineOf(() => {
    abort.abort();
    throw new Error('cancelled');
  });
  const onProblem = () => assert.fail('no problem');
  const viewer = await coderViewer({ engine, coder: { file: '', folder: '/none' }, tokenizer, onProblem });
  const judge = new FileJudge(memory, tokenizer, viewer);
  await assert.rejects(judge.judge('a.ts', tokens, { signal: abort.signal }), { name: 'AbortError' });
});
