/**
 * What is left out of repositories as secret, generated, minified or binary, to be judged by a person:
 * `npm run bench -- left-out <folder>...`
 */
import path from 'node:path';
import { FileReader, hashOf, textOf } from '../../server/workspace/read.ts';
import { verdictOnSecrets } from '../../server/workspace/secrets/find.ts';
import { Workspace } from '../../server/workspace/workspace.ts';

const judged: ReadonlySet<string> = new Set(['secret', 'generated', 'minified', 'binary']);
const limit = 1 << 20;
let read = 0;
let left = 0;
for (const root of process.argv.slice(2)) {
  const workspace = await Workspace.open([{ name: path.basename(root), root }], { maxFileSize: limit });
  const { files, skipped } = await workspace.discover();
  const reader = new FileReader(limit);
  const out = skipped.map(({ path, reason, detail }) => ({ path, reason: reason as string, detail }));
  for (const file of files) {
    const bytes = await reader.read(file);
    const source = 'reason' in bytes ? bytes : textOf(bytes, hashOf(bytes.bytes));
    const verdict = 'reason' in source ? source : await verdictOnSecrets(source.path, source.text);
    if (verdict === undefined) read++;
    else out.push({ path: file.path, reason: verdict.reason, detail: verdict.detail });
  }
  for (const { path: name, reason, detail } of out.sort((one, other) => (one.path < other.path ? -1 : 1))) {
    if (!judged.has(reason)) continue;
    left++;
    console.log(`${reason}\t${path.basename(root)}/${name}\t${detail ?? ''}`);
  }
}
console.log(`${read} files read, ${left} left out for what they are`);
