import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { partsOf } from '../../../kernels/decoder/parts.ts';
import { packedWeights } from '../../../kernels/decoder/weights.ts';
import { convertDecoder, graphFile, isConverted } from '../../../server/decoder/convert.ts';
import { families, randomTensors, sourceOf } from '../../kernels/tiny-decoder.ts';

const config = families[1]!;
const lowering = 'unsigned8';
const tensors = randomTensors(config);
const root = mkdtempSync(path.join(tmpdir(), 'longsight-convert-'));
after(() => rmSync(root, { recursive: true, force: true }));
const whole = path.join(root, 'whole');
await convertDecoder(whole, config, sourceOf(tensors), { lowering });
const expected = filesOf(whole);
const weights = packedWeights(config, lowering).length;

test('a converted model is a graph a part, and a file of weights', async () => {
  assert.equal(expected.size, 1 + partsOf(config, lowering).length);
  assert.equal(await isConverted(whole, config, lowering), true);
  const progress: number[] = [];
  const onProgress = (written: number, total: number) => progress.push(written / total);
  await convertDecoder(path.join(root, 'progress'), config, sourceOf(tensors), { lowering, onProgress });
  assert.equal(progress.length, weights);
  assert.equal(progress.at(-1), 1);
  await convertDecoder(whole, config, failing('norm.gain'), { lowering });
  assert.deepEqual(filesOf(whole), expected, 'a complete model is not converted again');
});

test('a complete model needs no lock, which a full disk could not hold', async () => {
  const lock = path.join(whole, `${lowering}.lock`);
  writeFileSync(lock, String(process.ppid));
  try {
    const between = async () => assert.fail('waited');
    await convertDecoder(whole, config, sourceOf(tensors), { lowering, between });
  } finally {
    rmSync(lock);
  }
});

test('where the source fails, nothing stays', async () => {
  const place = path.join(root, 'failing');
  await assert.rejects(convertDecoder(place, config, failing('norm.gain'), { lowering }), /cannot be read/);
  assert.deepEqual(readdirSync(place), []);
  assert.equal(await isConverted(place, config, lowering), false);
  const lacking = { ...sourceOf(tensors), names: () => ['norm.gain'] };
  await assert.rejects(
    convertDecoder(place, config, lacking, { lowering }),
    /The weights lack embedding\.weight, .* and \d+ more/,
  );
});

test('an interrupted conversion goes on where it ended', async () => {
  const place = path.join(root, 'interrupted');
  const reason = new Error('stopped');
  const read: string[] = [];
  const source = sourceOf(tensors);
  const counting = {
    ...source,
    read: async (name: string) => {
      read.push(name);
      return await source.read(name);
    },
  };
  for (let stops = 0; !(await isConverted(place, config, lowering)); stops++) {
    assert.ok(stops < 100, 'it advances');
    let left = 12;
    const between = async (): Promise<void> => {
      if (left-- === 0) throw reason;
    };
    await convertDecoder(place, config, counting, { lowering, between }).catch((error: unknown) =>
      assert.equal(error, reason),
    );
  }
  assert.deepEqual(filesOf(place), expected);
  const once = new Set(read).size;
  assert.ok(read.length < 3 * once, `${read.length} readings of ${once} tensors`);
});

test('a file of weights that another version wrote is not used', async () => {
  const place = path.join(root, 'older');
  await convertDecoder(place, config, sourceOf(tensors), { lowering: 'float32' });
  const others = filesOf(place);
  for (const name of ['unsigned8.onnx', 'unsigned8.weights', 'unsigned8-0123abcd.weights.part'])
    writeFileSync(path.join(place, name), 'older');
  await convertDecoder(place, config, sourceOf(tensors), { lowering });
  assert.deepEqual(filesOf(place), new Map([...others, ...expected]));
});

test('a conversion that is killed goes on in the next process, byte for byte', async () => {
  const place = path.join(root, 'killed');
  const script = fileURLToPath(import.meta.resolve('./convert-slowly.ts'));
  let ended = 0;
  for (const pauses of [1, 3, 4, 6, 10_000]) {
    const child = spawn(process.execPath, [script, place, String(pauses)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('data', () => child.kill('SIGKILL'));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code === 0) ended++;
    else assert.equal(await isConverted(place, config, lowering), false);
  }
  assert.equal(ended, 1, 'the last one was not killed');
  assert.deepEqual(filesOf(place), expected);
});

test('of two processes that convert one model, one waits', async () => {
  const place = path.join(root, 'two');
  let most = 0;
  let inside = 0;
  const source = {
    ...sourceOf(tensors),
    read: async (name: string) => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
      return await sourceOf(tensors).read(name);
    },
  };
  const child = spawn(process.execPath, [
    fileURLToPath(import.meta.resolve('./convert-slowly.ts')),
    place,
    '10000',
    'slowly',
  ]);
  const exit = once(child, 'exit');
  while (!existsSync(path.join(place, `${lowering}.lock`)))
    await new Promise(resolve => setTimeout(resolve, 5));
  await convertDecoder(place, config, source, { lowering });
  assert.deepEqual(await exit, [0, null]);
  assert.equal(most, 0, 'the other process did it');
  assert.deepEqual(filesOf(place), expected);
  assert.ok(existsSync(graphFile(place, config, lowering, 0)));
});

function failing(tensor: string) {
  const source = sourceOf(tensors);
  return {
    ...source,
    read: async (name: string) => {
      if (name === tensor) throw new Error('The file cannot be read.');
      return await source.read(name);
    },
  };
}

function filesOf(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder).map(name => [name, readFileSync(path.join(folder, name)).toString('base64')]),
  );
}
