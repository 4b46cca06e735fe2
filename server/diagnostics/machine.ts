/** Versions and the machine, as figures. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Figure, versionNumbers } from '../protocol/diagnostics.ts';
import { findGit } from '../workspace/git.ts';

/** @param longsight this program's version */
export async function versionFigures(longsight: string): Promise<Record<string, Figure>> {
  return {
    longsight: versionNumbers(longsight),
    node: versionNumbers(process.version),
    onnxruntime: onnxruntimeVersion(),
    git: await gitVersion(),
  };
}

export function machineFigures(): Record<string, Figure> {
  const limit = process.constrainedMemory();
  return {
    platform: process.platform,
    'platform version': versionNumbers(os.release()),
    architecture: process.arch,
    processor: processorName(os.cpus()[0]?.model ?? ''),
    'processor features': processorFeatures(),
    'processor cores': os.availableParallelism(),
    'memory (MB)': megabytes(os.totalmem()),
    'memory free (MB)': megabytes(os.freemem()),
    // Without a limit, the value exceeds any RAM.
    ...(limit > 0 && limit < os.totalmem() && { 'memory limit (MB)': megabytes(limit) }),
  };
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

const makers = [
  'Intel',
  'AMD',
  'Apple',
  'ARM',
  'Ampere',
  'Qualcomm',
  'Neoverse',
  'Snapdragon',
  'QEMU',
  'Virtual',
];

/** The maker and numbered product names. Virtual machines may report any name, so other words are dropped. */
export function processorName(model: string): string {
  const words = model.replaceAll(/\((?:R|TM)\)/gi, '').match(/[\w.-]+/g) ?? [];
  const lines =
    /^(?:Xeon|Core|Ryzen|EPYC|Threadripper|Platinum|Gold|Silver|Bronze|Ultra|Pro|Max|M\d|i[3579]-\w{1,8}|Graviton\d?|\d{3,5}[A-Z]{0,3}|v\d)$/;
  const kept = words.filter(word => makers.includes(word) || lines.test(word));
  return kept.length === 0 ? 'unknown' : kept.slice(0, 6).join(' ');
}

/** CPU features that determine a model's speed. */
const features = (
  'sse4_2 avx avx2 fma f16c avx512f avx512bw avx512_vnni avx_vnni avx512_bf16 avx512_fp16 amx_tile amx_int8 amx_bf16 ' +
  'asimd asimddp asimdhp i8mm bf16 sve sve2'
).split(' ');

/** Only Linux lists them in a file. */
function processorFeatures(): string {
  try {
    const listed = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    const has = new Set(listed?.trim().split(/\s+/));
    return features.filter(feature => has.has(feature)).join(' ') || 'none of those known';
  } catch {
    return 'not listed by this system';
  }
}

async function gitVersion(): Promise<string> {
  const program = findGit();
  if (program === undefined) return 'not installed';
  try {
    const options = { cwd: path.dirname(program), timeout: 5000, windowsHide: true };
    const { stdout } = await promisify(execFile)(program, ['--version'], options);
    return versionNumbers(stdout.replace(/^git version /, ''));
  } catch {
    return 'unknown';
  }
}

/** From its manifest, beside sources and bundles alike; only the engine may load it. */
function onnxruntimeVersion(): string {
  for (let at = import.meta.dirname; ; at = path.dirname(at)) {
    try {
      const manifest = readFileSync(path.join(at, 'node_modules/onnxruntime-node/package.json'), 'utf8');
      return versionNumbers(String((JSON.parse(manifest) as { version?: unknown }).version));
    } catch {
      if (path.dirname(at) === at) return 'not installed';
    }
  }
}
