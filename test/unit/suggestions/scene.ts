/** A copy memory and a code model whose output is given, for tests of what both show. */
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { WriteParameters, Written } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { CoderClient, type CoderOptions } from '../../../server/suggestions/coder-client.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

export const tokenizer = loadTokenizer();

/** An engine whose output comes from a function. */
export function engineThat(
  write: (parameters: WriteParameters) => Promise<Partial<Written>> | Partial<Written>,
) {
  const asked: WriteParameters[] = [];
  const run = async (name: string, parameters: unknown): Promise<unknown> => {
    if (name === 'openCoder') return { title: 'Tiny' };
    if (name === 'readAhead') return { read: 1 };
    const question = parameters as WriteParameters;
    asked.push(question);
    const nothing = { text: '', logProbability: 0, steps: [], prompt: 1, read: 1, written: 1 };
    const answer = await write(question);
    return { ...nothing, line: answer.text?.split('\n', 1)[0] ?? '', ...answer };
  };
  return { engine: { run } as Pick<Engine, 'run'>, asked };
}

export async function clientOf(engine: Pick<Engine, 'run'>, options: Partial<CoderOptions> = {}) {
  const problems: string[] = [];
  const client = new CoderClient(
    engine,
    { file: 'model.gguf', folder: 'model' },
    { onProblem: problem => problems.push(problem), ...options },
  );
  await client.ready;
  return { client, problems };
}

function service(name: string, label: string): string {
  return `import { Store } from './store.ts';

export class ${name}Service {
  async load(id: string): Promise<${name}> {
    const found = await this.store.find('${label}', id);
    if (found === undefined) throw new Error(UnknownId, id);
    return found as ${name};
  }
}
`;
}

export const copied = new CopyMemory(tokenizer);
for (const name of ['User', 'Item'])
  copied.set(`${name}.ts`, tokenizer.encodePieces(renderFile(`${name}.ts`, service(name, name))));
export const order = service('Order', 'Order');
const middle = order.indexOf('=== undefined');
/** A place where the copy memory has an uncertain suggestion. */
export const known = {
  path: 'Order.ts',
  text: `${order.slice(0, middle)}\n  }\n}\n`,
  offset: middle,
  budget: Number.POSITIVE_INFINITY,
};
/** What is shown of it without a model, and the whole line. */
export const knownStart = '=== undefined';
export const knownLine = '=== undefined) throw new Error(UnknownId, id);';

export const empty = new CopyMemory(tokenizer);
export const question = { path: 'a.ts', text: 'const total = ', offset: 14 };
