/**
 * Writes what copy memory and code model say of hidden lines: `npm run bench -- coder-observe <lines> <seed> <out.jsonl> <folder>…`, with `CODER_GGUF` (a model) and
 * `CODER` (a folder that it is converted into, or was). A line of the output is one hidden line, with the cursor 40 % into it; the model is told of
 * related files, as in an editor. `coder-fit` fits on it.
 */
import { appendFileSync } from 'node:fs';
import { CodeWriter } from '../../server/coder/writer.ts';
import { complete } from '../../server/completion/complete.ts';
import { convertDecoder } from '../../server/decoder/convert.ts';
import { chooseLowering } from '../../server/decoder/exactness.ts';
import { DecoderModel } from '../../server/decoder/model.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';
import { LineClassifier } from '../../server/evaluation/classes.ts';
import { chooseLines, cursorIn } from '../../server/evaluation/lines.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import { openCoder } from '../../server/models/coder.ts';
import { copiedLines, firstLine } from '../../server/suggestions/choice.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import type { CoderObservation } from './coder/observation.ts';
import { relatedIn } from './coder/related.ts';
import { readRepository } from './completion-repository.ts';

const [count = '40', seed = '1', out = 'observations.jsonl', ...folders] = process.argv.slice(2);
const runtime = await loadRuntime();
const coder = await openCoder(process.env['CODER_GGUF'] ?? '');
const folder = process.env['CODER'] ?? '';
const lowering = await chooseLowering(runtime, 'cpu');
await convertDecoder(folder, coder.config, coder.weights, { lowering });
const model = await DecoderModel.open(runtime, folder, coder.config, { lowering, device: 'cpu', threads: 1 });
const writer = new CodeWriter(coder, model);
const tokenizer = loadTokenizer();
for (const repository of folders) {
  const { name, memory, files } = await readRepository(repository, tokenizer);
  const relatedTo = await relatedIn({ name, files });
  const classifier = new LineClassifier(files);
  const lines = chooseLines(files, Number(count), randomFrom(Number(seed)));
  for (const line of lines) {
    const { text, offset, before, expected } = cursorIn(line, 0.4);
    const { path } = line.file;
    const budget = Number.POSITIVE_INFINITY;
    const found = await complete({ path, text, offset, budget }, memory, tokenizer);
    const copies = copiedLines(found).map(item => ({ text: firstLine(item), confidence: item.confidence }));
    const draft = copies[0]?.text;
    const started = performance.now();
    const written = await writer.write(
      {
        coder: { file: '', folder },
        document: `${name}/${path}`,
        related: relatedTo(path, text),
        before: text.slice(0, offset),
        after: text.slice(offset),
        maxLines: 1,
        ...(draft !== undefined && { draft }),
      },
      async () => {},
    );
    const observation: CoderObservation = {
      repository: name,
      path,
      offset,
      class: classifier.classOf(line),
      before,
      expected,
      shown: found.item === undefined ? null : { text: found.item.text, confidence: found.item.confidence },
      copies,
      written: written.text,
      score: written.logProbability,
      steps: written.steps,
      prompt: written.prompt,
      milliseconds: performance.now() - started,
    };
    appendFileSync(out, `${JSON.stringify(observation)}\n`);
  }
  console.error(`${name}: ${lines.length} lines`);
}
