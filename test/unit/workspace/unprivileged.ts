/** What a user without permissions finds: `node unprivileged.ts <folder> <folder that may not be opened>`. */
import { FileReader } from '../../../server/workspace/read.ts';
import { Workspace } from '../../../server/workspace/workspace.ts';

const [root, none] = process.argv.slice(2) as [string, string];
const options = { maxFileSize: 1000 };
const workspace = await Workspace.open([{ name: 'test', root }], options);
const { files, skipped } = await workspace.discover();
const closed = files.find(file => file.path === 'closed.ts')!;
const { failures } = await Workspace.open([{ name: 'none', root: none }], options);
console.log(
  JSON.stringify({
    files: files.map(file => file.path).sort(),
    skipped: Object.fromEntries(skipped.map(({ path, reason }) => [path, reason])),
    closed: await new FileReader(1000).read(closed),
    none: failures[0]?.message,
  }),
);
