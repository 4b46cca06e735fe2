/** Formats the page's numbers, dates and sentences in the display language. */

/** Fills in `{0}`, `{1}` …. */
export function fill(text: string, ...values: readonly string[]): string {
  return text.replace(/\{(\d)\}/g, (whole, index) => values[Number(index)] ?? whole);
}

export function whole(count: number): string {
  return count.toLocaleString(language());
}

export function decimal(value: number): string {
  return value.toLocaleString(language(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** @param seconds since 1970 */
export function dateText(seconds: number): string {
  return new Date(1000 * seconds).toLocaleDateString(language(), { dateStyle: 'medium' });
}

/** The page says it; where there is no page (in tests), English. */
function language(): string {
  const page = globalThis.document as Document | undefined;
  return page?.documentElement.lang || 'en';
}
