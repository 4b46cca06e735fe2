/** Complex numbers and small dense complex matrices, for the references in this folder. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** Rows of a matrix, or of a vector as rows of one. */
export type Matrix = readonly (readonly Complex[])[];

export const zero: Complex = { re: 0, im: 0 };
export const one: Complex = { re: 1, im: 0 };

export function complex(re: number, im = 0): Complex {
  return { re, im };
}

export function plus(...terms: readonly Complex[]): Complex {
  return terms.reduce((sum, term) => ({ re: sum.re + term.re, im: sum.im + term.im }), zero);
}

export function minus(a: Complex, b: Complex): Complex {
  return { re: a.re - b.re, im: a.im - b.im };
}

export function times(...factors: readonly Complex[]): Complex {
  return factors.reduce((a, b) => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }), one);
}

export function over(a: Complex, b: Complex): Complex {
  const norm = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / norm, im: (a.im * b.re - a.re * b.im) / norm };
}

/** e^a */
export function exponential({ re, im }: Complex): Complex {
  return { re: Math.exp(re) * Math.cos(im), im: Math.exp(re) * Math.sin(im) };
}

export function identity(size: number): Matrix {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? one : zero)),
  );
}

export function multiply(A: Matrix, B: Matrix): Matrix {
  return A.map(row => B[0]!.map((_, j) => plus(...row.map((value, l) => times(value, B[l]![j]!)))));
}

/** factor·A + B */
export function combine(factor: Complex, A: Matrix, B: Matrix): Matrix {
  return A.map((row, i) => row.map((value, j) => plus(times(factor, value), B[i]![j]!)));
}

/** X with A X = B, by elimination with pivots. */
export function solve(A: Matrix, B: Matrix): Matrix {
  const rows = A.map((row, i) => [...row, ...B[i]!]);
  const size = A.length;
  const magnitude = ({ re, im }: Complex): number => Math.hypot(re, im);
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let r = i + 1; r < size; r++) if (magnitude(rows[r]![i]!) > magnitude(rows[pivot]![i]!)) pivot = r;
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    rows[i] = rows[i]!.map(value => over(value, rows[i]![i]!));
    for (let r = 0; r < size; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]!;
      rows[r] = rows[r]!.map((value, j) => minus(value, times(factor, rows[i]![j]!)));
    }
  }
  return rows.map(row => row.slice(size));
}
