/** A separate process that reads a folder into a cache: `node cache-writer.ts <folder> <cache>`. */
import { Repository } from '../../../server/repository/repository.ts';
import { CacheStore } from '../../../server/storage/cache-store.ts';
import { FakeTokenizer } from '../sequence/fake-tokenizer.ts';
import { FakeMemory } from './fake-memory.ts';

const [root, cache] = process.argv.slice(2) as [string, string];
const repository = await Repository.open({
  folders: [{ name: 'test', root }],
  tokenizer: new FakeTokenizer(),
  memory: new FakeMemory(),
  store: await CacheStore.open(cache, 1e9),
});
const reading = await repository.read();
console.log(JSON.stringify(reading.problems));
