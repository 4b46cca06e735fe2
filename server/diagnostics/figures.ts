/** Figures about the parts of the program. Their sentences may contain paths and are left out. */
import { candidates, type Device, deviceNames } from '../engine/device.ts';
import type { ProbeCache } from '../engine/probe-cache.ts';
import type { EngineStatus } from '../engine/process.ts';
import { catalogue } from '../models/catalogue.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { Figure } from '../protocol/diagnostics.ts';
import type { BackgroundReading } from '../protocol/progress.ts';
import { megabytes } from './machine.ts';

type Figures = Record<string, Figure>;

export function engineFigures(
  { state, device, crashes, residentBytes }: EngineStatus,
  probes: Pick<ProbeCache, 'refusal'> | undefined,
): Figures {
  const refused = candidates(process.platform, process.arch).flatMap((one: Device): [string, string][] => {
    const refusal = probes?.refusal(one);
    if (refusal === undefined) return [];
    return [[deviceNames[one], refusal.usable ? 'slower than the CPU' : 'cannot be used']];
  });
  return {
    engine: state,
    device: device === undefined ? 'none' : deviceNames[device],
    ...Object.fromEntries(refused),
    'engine crashes': crashes,
    'engine memory (MB)': megabytes(residentBytes),
  };
}

/** The selected code model, by name only if that is public: other names are file names. */
export async function modelFigures(library: ModelLibrary): Promise<Figures> {
  const inUse = await library.current().catch(() => undefined);
  const isPublic = inUse?.origin === 'longsight' && catalogue.some(({ name }) => name === inUse.name);
  return {
    'code model': inUse === undefined ? 'none' : isPublic ? inUse.name : 'other',
    ...(inUse && { 'code model (MB)': megabytes(inUse.bytes) }),
  };
}

/** @param background undefined if it is switched off */
export function backgroundFigures(background: BackgroundReading | undefined): Figures {
  if (background === undefined) return { state: 'off' };
  const { state, files, filesTotal, tokens, judged, interrupted, seconds } = background;
  return {
    state,
    files,
    'files in all': filesTotal,
    tokens,
    'files read since opening': judged,
    interrupted,
    'time (s)': Math.round(seconds),
  };
}

/** Number of skipped files by reason. */
export function skippedFigures(skipped: Iterable<{ readonly reason: string }>): Figures {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return Object.fromEntries(sorted.map(([reason, files]) => [`skipped: ${reason}`, files]));
}

/** Milliseconds per stage of indexing. */
export function stageFigures(milliseconds: Readonly<Record<string, number>>): Figures {
  const stages = Object.entries(milliseconds);
  return Object.fromEntries(stages.map(([stage, spent]) => [`${stage} (ms)`, Math.round(spent)]));
}

export function processFigures(): Figures {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    'process memory (MB)': megabytes(rss),
    'heap (MB)': megabytes(heapUsed),
    'outside the heap (MB)': megabytes(external),
  };
}
