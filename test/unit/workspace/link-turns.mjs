/** A thread that turns a file and a folder into links to the outside and back, until it is terminated. */
import { renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const { root, outside } = workerData;
const at = name => path.join(root, name);
symlinkSync(outside, at('sub.link'));
symlinkSync(path.join(outside, 'a.ts'), at('top.ts.link'));
parentPort.postMessage('ready');
for (;;)
  for (const name of ['sub', 'top.ts']) {
    renameSync(at(name), at(`${name}.own`));
    renameSync(at(`${name}.link`), at(name));
    renameSync(at(name), at(`${name}.link`));
    renameSync(at(`${name}.own`), at(name));
  }
