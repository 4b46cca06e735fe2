/** `1 file`, `2 files`. @param shown the number as it is displayed */
export function counted(count: number, one: string, shown = String(count)): string {
  return `${shown} ${count === 1 ? one : `${one}s`}`;
}
