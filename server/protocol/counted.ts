/** Numbers as people read them. */

/** `1 file`, `2 files`. @param shown the number as it is displayed */
export function counted(count: number, one: string, shown = String(count)): string {
  return `${shown} ${count === 1 ? one : `${one}s`}`;
}

/** 1234567 as `1.23M`: three significant digits. */
export function count(value: number): string {
  if (value < 10_000) return Math.round(value).toLocaleString('en-US');
  const [unit, size] = value < 1e6 ? ['k', 1e3] : value < 1e9 ? ['M', 1e6] : ['G', 1e9];
  return `${Number((value / (size as number)).toPrecision(3))}${unit}`;
}

export function bytes(value: number): string {
  return value < 1000
    ? `${Math.round(value)} B`
    : `${count(value).replace(/k$/, ' k').replace(/M$/, ' M').replace(/G$/, ' G')}${value < 10_000 ? ' ' : ''}B`;
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}
