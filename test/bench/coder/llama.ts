/** The used part of node-llama-cpp's interface. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface LlamaModel {
  createContext(options: {
    contextSize: number;
    batchSize: number;
    threads: number;
    flashAttention: boolean;
  }): Promise<{ getSequence(): LlamaSequence; dispose(): Promise<void> }>;
}

export interface LlamaSequence {
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: { temperature: number }): AsyncIterable<number>;
}

interface LlamaCpp {
  readonly getLlama: (options: { gpu: false; build: 'never'; logLevel: 'error' }) => Promise<{
    loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  }>;
}

export async function openLlama(folder: string, file: string): Promise<LlamaModel> {
  const { getLlama } = (await import(pathToFileURL(path.join(folder, 'dist/index.js')).href)) as LlamaCpp;
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  return await llama.loadModel({ modelPath: file });
}
