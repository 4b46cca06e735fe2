/** Where kernel tests run graphs: onnxruntime's CPU provider in this process, WebGPU in a separate one. */
import '../../server/engine/worker/no-telemetry.ts';
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { neg } from '../../kernels/onnx/elementwise.ts';
import { GraphBuilder, type OnnxModel, type Value } from '../../kernels/onnx/graph-builder.ts';
import { type Tensor, tensor } from '../../kernels/tensor.ts';
import type { Answer, Request, Wire } from './provider-process.ts';

export type Provider = 'cpu' | 'webgpu';
export type Tensors = Readonly<Record<string, Tensor>>;

/** A graph that can be run repeatedly. */
export interface Session {
  run(feeds: Tensors): Promise<Tensors>;
  /** The operators that each of onnxruntime's providers ran; call last. */
  placement(): Promise<Readonly<Record<string, readonly string[]>>>;
}

export interface Program {
  readonly model: OnnxModel;
  readonly inputs: readonly Value[];
}

/** Builds a graph: `build` declares its inputs with `g.input` and returns its outputs by name. */
export function program(build: (g: GraphBuilder) => Readonly<Record<string, Value>>): Program {
  const inputs: Value[] = [];
  const g = new RecordingBuilder(inputs);
  for (const [name, value] of Object.entries(build(g))) g.output(name, value);
  return { model: g.build(), inputs };
}

/** Builds a graph and runs it once. */
export async function runGraph(
  build: (g: GraphBuilder) => Readonly<Record<string, Value>>,
  feeds: Tensors,
  provider: Provider = 'cpu',
): Promise<Tensors> {
  const session = await load(program(build), provider);
  return await session.run(feeds);
}

/** Opens a graph. Throws onnxruntime's error if it is rejected. */
export async function load({ model, inputs }: Program, provider: Provider): Promise<Session> {
  const wires = (feeds: Tensors): Record<string, Wire> =>
    Object.fromEntries(inputs.map(input => [input.name, wireOf(input, feeds[input.name])]));
  return provider === 'cpu' ? await loadHere(model, wires) : await loadOnWebgpu(model, wires);
}

type ToWires = (feeds: Tensors) => Record<string, Wire>;

async function loadHere(model: OnnxModel, wires: ToWires): Promise<Session> {
  const session = await InferenceSession.create(model.bytes, {
    executionProviders: ['cpu'],
    externalData: model.externalData.map(({ path, data }) => ({ path, data })),
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    run: async feeds => {
      const fed = Object.entries(wires(feeds)).map(([name, wire]) => [name, toOrt(wire)] as const);
      const results = await session.run(Object.fromEntries(fed));
      const tensors = Object.entries(results).map(([name, { data, dims }]) => [name, toTensor(dims, data)]);
      return Object.fromEntries(tensors);
    },
    placement: async () => ({}),
  };
}

async function loadOnWebgpu(model: OnnxModel, wires: ToWires): Promise<Session> {
  const child = await webgpu();
  if (typeof child === 'string') throw new Error(child);
  const loaded = await child.ask({ kind: 'load', model });
  if (loaded.kind !== 'session') throw new Error(`expected a session, got ${loaded.kind}`);
  const { session } = loaded;
  return {
    run: async feeds => {
      const answer = await child.ask({ kind: 'run', session, feeds: wires(feeds) });
      if (answer.kind !== 'outputs') throw new Error(`expected outputs, got ${answer.kind}`);
      const tensors = Object.entries(answer.outputs).map(([name, { data, shape }]) => [
        name,
        toTensor(shape, data),
      ]);
      return Object.fromEntries(tensors);
    },
    placement: async () => {
      const answer = await child.ask({ kind: 'placement', session });
      if (answer.kind !== 'placement') throw new Error(`expected a placement, got ${answer.kind}`);
      return answer.operators;
    },
  };
}

let started: Promise<WebgpuProcess | string> | undefined;

/** This test file's WebGPU process, started on demand; or the reason why there is none. */
export function webgpu(): Promise<WebgpuProcess | string> {
  started ??= startWebgpu();
  return started;
}

async function startWebgpu(): Promise<WebgpuProcess | string> {
  const driver = vulkanDriver();
  if (driver === undefined) return 'no Vulkan driver is installed';
  const child = new WebgpuProcess(driver);
  const { model } = program(g => ({ y: neg(g.input('x', 'float32', ['T', 4])) }));
  try {
    const loaded = await child.ask({ kind: 'load', model });
    // Requesting the placement also removes the session's profile.
    if (loaded.kind === 'session') await child.ask({ kind: 'placement', session: loaded.session });
    return child;
  } catch (error) {
    return `WebGPU does not start: ${String(error)}`;
  }
}

/** Environment variables for a Vulkan driver: the system's own, or Chromium's. */
function vulkanDriver(): Readonly<Record<string, string>> | undefined {
  if (process.env.VK_DRIVER_FILES !== undefined || process.env.VK_ICD_FILENAMES !== undefined) return {};
  if (globSync('/usr/share/vulkan/icd.d/*.json').length > 0) return {};
  const chromium = '/usr/lib/chromium';
  const driver = path.join(chromium, 'vk_swiftshader_icd.json');
  if (!existsSync(driver)) return undefined;
  // Chromium's package includes the Vulkan loader; without this the dynamic linker finds none.
  return {
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: [chromium, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: '/tmp',
  };
}

class WebgpuProcess {
  readonly #child: ChildProcess;
  #last: Promise<unknown> = Promise.resolve();

  constructor(environment: Readonly<Record<string, string>>) {
    this.#child = fork(path.join(import.meta.dirname, 'provider-process.ts'), {
      env: { ...process.env, ...environment },
      execArgv: [],
      serialization: 'advanced',
    });
    // This process must not keep the tests alive.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** One request after another; rejects with the problem, or when the process dies. */
  ask(request: Request): Promise<Answer> {
    const answered = this.#last.then(() => this.#exchange(request));
    this.#last = answered.catch(() => undefined);
    return answered;
  }

  #exchange(request: Request): Promise<Answer> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        reject(new Error(`the WebGPU process has ended (${child.signalCode ?? child.exitCode})`));
        return;
      }
      const ended = (code: number | null, signal: string | null): void => {
        child.off('message', received);
        reject(new Error(`the WebGPU process ended (${signal ?? code})`));
      };
      const received = (answer: Answer): void => {
        child.off('exit', ended);
        child.channel?.unref();
        if (answer.kind === 'problem') reject(new Error(answer.message));
        else resolve(answer);
      };
      child.channel?.ref();
      child.once('message', received);
      child.once('exit', ended);
      child.send(request);
    });
  }
}

/** A builder that records its inputs, to give feeds their element types. */
class RecordingBuilder extends GraphBuilder {
  readonly #recorded: Value[];

  constructor(recorded: Value[]) {
    super();
    this.#recorded = recorded;
  }

  override input(...declared: Parameters<GraphBuilder['input']>): Value {
    const value = super.input(...declared);
    this.#recorded.push(value);
    return value;
  }
}

function wireOf({ name, type }: Value, given: Tensor | undefined): Wire {
  if (given === undefined) throw new Error(`the graph's input ${name} is not fed`);
  const { shape, data } = given;
  if (type === 'float32') return { type, shape, data: Float32Array.from(data) };
  if (type === 'int64') return { type, shape, data: BigInt64Array.from(Array.from(data, BigInt)) };
  throw new TypeError(`the graph's input ${name} is ${type}`);
}

function toOrt(wire: Wire): OrtTensor {
  if (wire.type === 'float32') return new OrtTensor(wire.type, wire.data, wire.shape);
  if (wire.type === 'int64') return new OrtTensor(wire.type, wire.data, wire.shape);
  return new OrtTensor(wire.type, wire.data, wire.shape);
}

function toTensor(shape: readonly number[], data: OrtTensor['data']): Tensor {
  return tensor([...shape], Float64Array.from(data as ArrayLike<number | bigint>, Number));
}
