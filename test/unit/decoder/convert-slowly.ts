/**
 * Converts the tiny decoder: `convert-slowly.ts <folder> <pauses> [slowly]`. Prints a line after so many pauses and then
 * waits to be killed.
 */
import { convertDecoder } from '../../../server/decoder/convert.ts';
import { families, randomTensors, sourceOf } from '../../kernels/tiny-decoder.ts';

const [folder = '', pauses = '0', slowly] = process.argv.slice(2);
const config = families[1]!;
let left = Number(pauses);
await convertDecoder(folder, config, sourceOf(randomTensors(config)), {
  lowering: 'unsigned8',
  between: async () => {
    if (slowly !== undefined) await new Promise(resolve => setTimeout(resolve, 5));
    if (left-- > 0) return;
    process.stdout.write('waiting\n');
    await new Promise(resolve => setTimeout(resolve, 60_000));
  },
});
