/** Stands for a Python with pip: `pip download` writes a wheel that holds what FAKE_WHEELS says, and the extraction prints it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const words = process.argv.slice(2);
const wheels = JSON.parse(readFileSync(process.env.FAKE_WHEELS, 'utf8'));
if (words[0] === '-c') {
  const [, , wheel, file] = words;
  const { [file]: content } = JSON.parse(readFileSync(wheel, 'utf8'));
  if (content === undefined) process.exit(1);
  process.stdout.write(Buffer.from(content, 'base64'));
} else if (words.includes('--version')) {
  process.stdout.write('pip 1.0\n');
} else {
  const folder = words[words.indexOf('--dest') + 1];
  const name = words.at(-1);
  if (wheels[name] === undefined) {
    process.stderr.write(`WARNING: something\nERROR: No matching distribution found for ${name}\n`);
    process.exit(1);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.whl`), JSON.stringify(wheels[name]));
}
