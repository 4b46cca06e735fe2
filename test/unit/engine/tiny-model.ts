/** A model folder with the tiny random model of the golden tensors. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { parseConfig } from '../../../kernels/model/config.ts';
import { readSafetensors, toFloat32, writeSafetensors } from '../../../kernels/weights/safetensors.ts';
import type { ModelReference } from '../../../server/engine/messages.ts';
import { renderingVersion } from '../../../server/sequence/render.ts';

const record = readSafetensors(
  readFileSync(new URL('../../golden/pytorch-reference.safetensors', import.meta.url)),
);
export const tinyConfig = parseConfig(record.metadata['config'] ?? '');
export const tokenizerHash = 'a'.repeat(64);

/** A tensor of the record, such as `memory.linear`. */
export function golden(name: string): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const stored = record.tensors.get(name);
  if (stored === undefined) throw new Error(`the record has no ${name}`);
  return { shape: stored.shape, data: toFloat32(stored) };
}

/** The tokens of one of the record's three sequences. */
export function goldenIds(sequence: number): Int32Array {
  const { bytes, shape } = record.tensors.get('tokens')!;
  const length = shape[1]!;
  return new Int32Array(new Uint8Array(bytes).buffer).slice(sequence * length, (sequence + 1) * length);
}

/** @param metadata overrides valid values */
export function tinyModel(metadata: Readonly<Record<string, string>> = {}): ModelReference {
  const folder = mkdtempSync(path.join(tmpdir(), 'longsight-model-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const tensors = new Map(
    [...record.tensors].flatMap(([name, stored]) =>
      name.startsWith('weights.') ? [[name.slice('weights.'.length), stored]] : [],
    ),
  );
  const right = {
    config: record.metadata['config'] ?? '',
    tokenizer_sha256: tokenizerHash,
    rendering_version: String(renderingVersion),
  };
  const bytes = writeSafetensors({ tensors, metadata: { ...right, ...metadata } });
  writeFileSync(path.join(folder, 'nano.safetensors'), bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(path.join(folder, 'nano.safetensors.sha256'), `${hash}  nano.safetensors\n`);
  return { folder, tokenizerHash, exact: true };
}
