/** What a client asks about a place or a part: where else this is done, and what it is. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { whereRequest } from '../../server/protocol/requests.ts';
import { uriOf } from './client.ts';
import { copyRepository } from './repository.ts';
import { folder, readingClient } from './scene.ts';

test('where else is this done: places for a document that is open and changed, and for one that is not open', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const text = "import { TideClient } from './client.ts';\n\nconst client = new TideClient(address);\n";
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, text);
  const { places } = await client.request(whereRequest, { uri, line: 3, column: 1 });
  assert.ok(
    places.some(place => place.text.includes('TideClient')),
    JSON.stringify(places),
  );
  const closed = uriOf(path.join(root, 'src/tides/client.ts'));
  const others = await client.request(whereRequest, { uri: closed, line: 1, column: 1 });
  assert.ok(others.places.every(place => place.path !== 'src/tides/client.ts' || place.line > 3));
  await assert.rejects(client.request(whereRequest, { uri, line: 0, column: 1 }), /whole numbers from 1/);
});
