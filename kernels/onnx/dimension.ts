/**
 * Axis lengths known only when a graph runs. A length is a number, or a polynomial with integer coefficients in named
 * symbols, such as `T + 3` or `64·⌈T/64⌉`, in a canonical form so that lengths can be compared while a graph is built.
 */
export type Dimension = number | SymbolicDimension;
export type Shape = readonly Dimension[];

/** A sum of terms, sorted by symbols; the constant term has none. Never empty, never just a constant. */
interface SymbolicDimension {
  readonly terms: readonly Term[];
}

interface Term {
  readonly coefficient: number;
  /** Sorted; a repeated symbol is squared. */
  readonly symbols: readonly string[];
}

export function symbol(name: string): Dimension {
  return { terms: [{ coefficient: 1, symbols: [name] }] };
}

export function addDimensions(left: Dimension, right: Dimension): Dimension {
  return normalize([...termsOf(left), ...termsOf(right)]);
}

export function subtractDimensions(left: Dimension, right: Dimension): Dimension {
  return addDimensions(left, multiplyDimensions(right, -1));
}

export function multiplyDimensions(left: Dimension, right: Dimension): Dimension {
  const products = termsOf(left).flatMap(a =>
    termsOf(right).map(b => ({
      coefficient: a.coefficient * b.coefficient,
      symbols: [...a.symbols, ...b.symbols].sort(),
    })),
  );
  return normalize(products);
}

/**
 * `left / right` if that is again a polynomial with integer coefficients (and `right` a single term), otherwise
 * undefined.
 */
export function divideDimensions(left: Dimension, right: Dimension): Dimension | undefined {
  if (sameDimension(left, right)) return 1;
  const [divisor, ...more] = termsOf(right);
  if (divisor === undefined || more.length > 0) return undefined;
  const quotients: Term[] = [];
  for (const term of termsOf(left)) {
    const coefficient = term.coefficient / divisor.coefficient;
    const symbols = [...term.symbols];
    for (const name of divisor.symbols) {
      const at = symbols.indexOf(name);
      if (at < 0) return undefined;
      symbols.splice(at, 1);
    }
    if (!Number.isInteger(coefficient)) return undefined;
    quotients.push({ coefficient, symbols });
  }
  return normalize(quotients);
}

/** ⌈length / divisor⌉, as a new symbol where it cannot be simplified. */
export function divideRoundingUp(length: Dimension, divisor: number): Dimension {
  if (typeof length === 'number') return Math.ceil(length / divisor);
  return divideDimensions(length, divisor) ?? symbol(`⌈${parenthesized(length)}/${divisor}⌉`);
}

export function sameDimension(left: Dimension, right: Dimension): boolean {
  return formatDimension(left) === formatDimension(right);
}

/** The smallest value of a length with every symbol at least 1; undefined where subtraction makes it unknown. */
export function leastValue(length: Dimension): number | undefined {
  const terms = termsOf(length);
  const known = terms.every(({ coefficient, symbols }) => coefficient >= 0 || symbols.length === 0);
  return known ? terms.reduce((sum, { coefficient }) => sum + coefficient, 0) : undefined;
}

export function elementCount(shape: Shape): Dimension {
  return shape.reduce(multiplyDimensions, 1);
}

export function formatDimension(length: Dimension): string {
  if (typeof length === 'number') return String(length);
  return length.terms
    .map(({ coefficient, symbols }, index) => {
      const sign = index === 0 ? (coefficient < 0 ? '−' : '') : coefficient < 0 ? ' − ' : ' + ';
      const size = Math.abs(coefficient);
      const factors = size === 1 && symbols.length > 0 ? symbols : [String(size), ...symbols];
      return sign + factors.join('·');
    })
    .join('');
}

export function formatShape(shape: Shape): string {
  return `[${shape.map(formatDimension).join(', ')}]`;
}

function parenthesized(length: SymbolicDimension): string {
  return length.terms.length > 1 ? `(${formatDimension(length)})` : formatDimension(length);
}

function termsOf(length: Dimension): readonly Term[] {
  return typeof length === 'number' ? [{ coefficient: length, symbols: [] }] : length.terms;
}

function normalize(terms: readonly Term[]): Dimension {
  const sums = new Map<string, { coefficient: number; symbols: readonly string[] }>();
  for (const { coefficient, symbols } of terms) {
    const key = symbols.join('·');
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { coefficient, symbols });
    else sum.coefficient += coefficient;
  }
  const kept = [...sums].filter(([, { coefficient }]) => coefficient !== 0);
  if (kept.every(([, { symbols }]) => symbols.length === 0)) return kept[0]?.[1].coefficient ?? 0;
  // Symbols first, the constant last: `T + 3` reads better than `3 + T`.
  kept.sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
  return { terms: kept.map(([, term]) => term) };
}
