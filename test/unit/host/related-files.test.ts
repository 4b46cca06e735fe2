import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelatedText } from '../../../server/engine/messages.ts';
import { RelatedFiles } from '../../../server/host/related-files.ts';

function setUp() {
  const told: RelatedText[][] = [];
  const latest = new Map<string, readonly RelatedText[]>();
  const coder = {
    relate: (document: string, files: readonly RelatedText[]) => {
      latest.set(document, files);
      told.push([...files]);
    },
    relatedTo: (document: string) => latest.get(document),
  };
  const related = new RelatedFiles();
  let chosen = 0;
  const tell = (text: string, ...paths: string[]) =>
    related.tell(coder, 'ship.go', text, async () => {
      chosen++;
      return paths.map(path => ({ path, text: '' }));
    });
  const paths = () => told.map(files => files.map(({ path }) => path));
  return { tell, paths, chosen: () => chosen, forget: () => latest.clear() };
}

const head = 'package harbour\n';
const grown = `${head}${'\n'.repeat(12)}`;

test('what the model has read stays while a document refers to no other file', async () => {
  const { tell, paths, chosen } = setUp();
  await tell(head, 'berth.go', 'crane.go');
  await tell(`${head}\nvar a = 1\n`, 'tide.go');
  assert.equal(chosen(), 1);
  await tell(grown, 'berth.go');
  assert.equal(chosen(), 2);
  await tell(`${grown}\n`, 'tide.go');
  assert.equal(chosen(), 2);
  assert.deepEqual(paths(), [['berth.go', 'crane.go']]);
});

test('a model is told again when code refers to a new file without an import', async () => {
  const { tell, paths } = setUp();
  await tell(head);
  await tell(grown, 'berth.go', 'tide.go');
  await tell(head, 'berth.go');
  assert.deepEqual(paths(), [[], ['berth.go', 'tide.go']]);
});

test('a model is told again when imports change, and when what it was told is forgotten', async () => {
  const { tell, paths, forget } = setUp();
  await tell(head, 'berth.go');
  await tell(`${head}import "time"\n`, 'berth.go');
  forget();
  await tell(`${head}import "time"\n`, 'crane.go');
  assert.deepEqual(paths(), [['berth.go'], ['berth.go'], ['crane.go']]);
});
