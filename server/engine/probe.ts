/** Chooses a device by probing each in a process of its own, because a probe can crash it. */
import { spawnChild } from './child.ts';
import { candidates, type Device, type DeviceSetting, deviceNames } from './device.ts';
import type { ProbeResult } from './messages.ts';
import type { ProbeCache } from './probe-cache.ts';

export interface DeviceChoice {
  readonly device: Device;
  /** The reason, in plain sentences. */
  readonly reason: string;
}

export interface ProbeOptions {
  readonly entry: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds after which an unresponsive device is given up. */
  readonly timeLimit?: number;
}

/**
 * The first device that computes correctly and is not slower than the CPU; the CPU needs no probe, since the engine
 * checks itself on start. A device set by the user may be slow, but must be correct.
 */
export async function chooseDevice(
  setting: DeviceSetting,
  probe: (device: Device) => Promise<ProbeResult>,
  available: readonly Device[] = candidates(process.platform, process.arch),
  probes?: Pick<ProbeCache, 'refusal'>,
): Promise<DeviceChoice> {
  if (setting === 'cpu') return { device: 'cpu', reason: 'The CPU is used, as configured.' };
  const refused: string[] = [];
  for (const device of setting === 'auto' ? available : [setting]) {
    if (device === 'cpu') break;
    const name = deviceNames[device];
    if (!available.includes(device)) {
      refused.push(`${name} does not exist on this platform.`);
      continue;
    }
    const known = setting === 'auto' ? probes?.refusal(device) : undefined;
    const { usable, speed, detail } = known ?? (await probe(device));
    if (!usable) refused.push(`${name} cannot be used: ${detail}.`);
    else if (setting === 'auto' && speed < 1) refused.push(`${name} is slower than the CPU here: ${detail}.`);
    else return { device, reason: [`${name} is used: ${detail}.`, ...refused].join(' ') };
  }
  return { device: 'cpu', reason: ['The CPU is used.', ...refused].join(' ') };
}

/** Probes one device in a throw-away process. Never rejects: a crash is a result too. */
export function probeDevice(
  device: Device,
  { entry, log, signal, timeLimit = 15_000 }: ProbeOptions,
): Promise<ProbeResult> {
  return new Promise(resolve => {
    const child = spawnChild({
      entry,
      mode: 'probe',
      device,
      onMessage: message => {
        if (message.type === 'probed') answer(message.result);
        if (message.type === 'unusable') refuse(message.problem);
      },
      onOutput: log,
    });
    const late = setTimeout(() => refuse(`it did not respond within ${timeLimit / 1000} seconds`), timeLimit);
    const aborted = () => refuse('the probe was cancelled');
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) aborted();
    void child.ended.then(how => refuse(`its process ${how}`));

    function refuse(detail: string): void {
      answer({ usable: false, speed: 0, detail });
    }

    function answer(result: ProbeResult): void {
      clearTimeout(late);
      signal?.removeEventListener('abort', aborted);
      child.kill();
      resolve(result);
    }
  });
}
