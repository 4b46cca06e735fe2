/** Detects battery power, by each platform's own means. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface Supply {
  /** As Linux reports it: `Battery`, `Mains`, `USB` … */
  readonly type: string;
  /** 1 if it supplies power; batteries have none. */
  readonly online: string;
  /** Of a battery: `Discharging`, `Charging`, `Full` … */
  readonly status: string;
  /** `Device` for the battery of a mouse or the like. */
  readonly scope: string;
}

const suppliesFolder = '/sys/class/power_supply';
/** BatteryStatus has one instance per battery. */
const windowsQuery = '(Get-CimInstance -Namespace root/wmi -ClassName BatteryStatus).PowerOnline';
const interval = 60_000;
const timeLimit = 10_000;

/** False without a battery, or if unknown. */
export async function onBattery(platform: string = process.platform): Promise<boolean> {
  try {
    if (platform === 'linux') return drawsFromBattery(await supplies(suppliesFolder));
    if (platform === 'darwin') return drawsFromBattery(await output('pmset', ['-g', 'batt']));
    if (platform === 'win32')
      return drawsFromBattery(
        await output('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', windowsQuery]),
      );
  } catch {
    // Unknown counts as no battery.
  }
  return false;
}

/** @param said what Linux lists, or the output of `pmset -g batt` or of the Windows query */
export function drawsFromBattery(said: readonly Supply[] | string): boolean {
  if (typeof said === 'string') return /from 'Battery Power'/.test(said) || /^\s*False\s*$/im.test(said);
  const own = said.filter(({ scope }) => scope !== 'Device');
  if (own.some(({ type, online }) => type !== 'Battery' && online === '1')) return false;
  return own.some(({ type, status }) => type === 'Battery' && status === 'Discharging');
}

/** Calls back with the current state and on every change, until the returned function is called. */
export function watchPower(
  changed: (battery: boolean) => void,
  ask: () => Promise<boolean> = onBattery,
  every = interval,
): () => void {
  let last: boolean | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const battery = await ask();
    if (stopped || battery === last) return;
    last = battery;
    changed(battery);
  };
  const timer = setInterval(() => void look(), every);
  timer.unref();
  void look();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

async function supplies(folder: string): Promise<Supply[]> {
  const field = (name: string, which: string): Promise<string> =>
    readFile(path.join(folder, name, which), 'utf8').then(
      text => text.trim(),
      () => '',
    );
  return Promise.all(
    (await readdir(folder)).map(async name => ({
      type: await field(name, 'type'),
      online: await field(name, 'online'),
      status: await field(name, 'status'),
      scope: await field(name, 'scope'),
    })),
  );
}

function output(program: string, parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, parameters, { timeout: timeLimit, windowsHide: true }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}
