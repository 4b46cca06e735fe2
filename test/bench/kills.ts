/** `npm run bench -- kills [kills] [seed]`: kill -9 of the engine, of what reads with it, of both, at random moments. */
import { loadTokenizer, shippedModelFolder } from '../../server/tokens/load.ts';
import { survive } from './kills/survive.ts';

const [kills = 200, seed = 1] = process.argv.slice(2).map(Number);
const model = { folder: shippedModelFolder(), tokenizerHash: loadTokenizer().hash };
const result = await survive(model, kills, seed, so => console.error(JSON.stringify(so)));
console.log(result);
if (result.damaged + result.lost + result.different > 0) process.exitCode = 1;
