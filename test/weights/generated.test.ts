import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { CodeWriter } from '../../server/coder/writer.ts';
import { convertDecoder } from '../../server/decoder/convert.ts';
import { chooseLowering } from '../../server/decoder/exactness.ts';
import { DecoderModel } from '../../server/decoder/model.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';
import { openCoder } from '../../server/models/coder.ts';
import type { Part } from '../../server/protocol/requests.ts';
import { GeneratedSentences } from '../../server/summary/generated.ts';
import { doubtIn } from '../../server/summary/generated-check.ts';
import { weightsFor } from './models.ts';

const weights = weightsFor('smollm2-135m');
const folder = mkdtempSync(path.join(tmpdir(), 'longsight-generated-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('SmolLM2 answers with one line, and is shown only what its statements say', {
  skip: 'skip' in weights && weights.skip,
}, async () => {
  assert.ok('file' in weights);
  const coder = await openCoder(weights.file);
  assert.equal(coder.isInstructed, true);
  const runtime = await loadRuntime();
  const lowering = await chooseLowering(runtime, 'cpu');
  await convertDecoder(folder, coder.config, coder.weights, { lowering });
  const model = await DecoderModel.open(runtime, folder, coder.config, {
    lowering,
    device: 'cpu',
    threads: 1,
  });
  const writer = new CodeWriter(coder, model);
  const nothing = async (): Promise<void> => {};
  const answer = await writer.say(
    { instruction: 'You answer with one word.', question: 'What is the capital of France?' },
    nothing,
  );
  assert.match(answer ?? '', /Paris/);
  const said: Record<string, string> = {
    'mail/queue.py': 'Keeps messages in a queue until they are sent.',
    'mail/smtp.py': 'Sends messages over a connection to the server.',
    'mail/address.py': 'Checks that an address of a message is valid.',
  };
  const children = Object.entries(said).map(
    ([file, text]): Part => ({
      path: file,
      kind: 'file',
      files: 1,
      tokens: 9,
      statement: { path: file, line: 1, text, generated: false },
      children: [],
    }),
  );
  const parts: Part[] = [{ path: 'mail', kind: 'folder', files: 3, tokens: 27, children }];
  const answers: string[] = [];
  const sentence = await new GeneratedSentences().about(parts, 'mail', async question => {
    const text = await writer.say(question, nothing);
    answers.push(text ?? '');
    return text;
  });
  assert.equal(answers.length, 1);
  assert.ok(answers[0] !== '' && !answers[0]!.includes('\n'), answers[0]);
  if (sentence !== undefined) {
    const evidence = children.map(one => one.statement!);
    assert.equal(doubtIn(sentence.text, 'mail', evidence), undefined);
    assert.equal(sentence.sources?.length, 3);
  }
  console.log(`SmolLM2: ${JSON.stringify(answers[0])} ${sentence === undefined ? 'dropped' : 'shown'}`);
  const plain = new CodeWriter({ ...coder, isInstructed: false }, model);
  assert.equal(await plain.say({ instruction: '', question: '' }, nothing), undefined);
  await writer.release();
  await coder.close();
});
