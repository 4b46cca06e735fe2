/**
 * The matrices of a Fourier transform in Monarch form (FlashFFTConv, arXiv 2311.05908): a transform of length N = n_1
 * n_2 n_3 as small matrix products only.
 *
 * Index the signal by j = (j_1 n_2 + j_2) n_3 + j_3 and the spectrum by k = k_1 + n_1 (k_2 + n_2 k_3). Then
 *
 *   A[k_1, j_2, j_3] = Σ_{j_1} exp(−2πi j_1 k_1/n_1) x[j_1, j_2, j_3]
 *   B[k_1, k_2, j_3] = Σ_{j_2} exp(−2πi j_2 (k_1 + n_1 k_2)/(n_1 n_2)) A[k_1, j_2, j_3]
 *   X[k_1, k_2, k_3] = Σ_{j_3} exp(−2πi j_3 k/N) B[k_1, k_2, j_3]
 *
 * with the usual twiddle factors absorbed into one matrix for each k_1, and for each (k_1, k_2). Complex numbers are
 * two rows, so an n × n matrix is 2n × 2n here. Three savings come from known structure: the signal is real, so k_1 ≤
 * n_1/2 suffices (the rest is its conjugate); where half of it is zero, half of the first stage's columns are not
 * needed; and where only half of the result is wanted, half of the last stage's rows.
 *
 * With rows ordered (k, part) and columns (part, j), `part` being real or imaginary, a stage's result is laid out as
 * the next one reads it, so nothing moves between products; the inverse does the same backwards.
 */

/** n_1 is even; n_3 = 1 leaves two factors. */
export type MonarchFactors = readonly [n1: number, n2: number, n3: number];

/** The half of a signal of length N that a first stage reads or a last stage writes. */
export type Half = 'first' | 'second' | 'both';

export function transformLength([n1, n2, n3]: MonarchFactors): number {
  if (n1 % 2 !== 0) throw new RangeError(`monarch: the first factor, ${n1}, is odd`);
  return n1 * n2 * n3;
}

/**
 * Factors of a transform of length `N`, a power of two, with about the least arithmetic: the first stage costs n_1 per
 * sample, the others 4 n_2 and 4 n_3; a third factor pays from about 4,096 on.
 */
export function chooseFactors(N: number): MonarchFactors {
  const bits = Math.log2(N);
  if (!Number.isInteger(bits) || bits < 2)
    throw new RangeError(`monarch: ${N} is not a power of two from 4 on`);
  if (bits < 12) return [2 ** Math.ceil((bits + 1) / 2), 2 ** Math.floor((bits - 1) / 2), 1];
  const n1 = Math.ceil((bits + 4) / 3);
  const n2 = Math.ceil((bits - n1) / 2);
  return [2 ** n1, 2 ** n2, 2 ** (bits - n1 - n2)];
}

/** Real samples in, k_1 ≤ n_1/2 out: [(n_1/2 + 1)·2, columns], rows (k_1, part). */
export function firstStage([n1]: MonarchFactors, half: Half): Float32Array {
  const columns = chosen(n1, half);
  return matrix((n1 / 2 + 1) * 2, columns.length, (row, column) => {
    const angle = (-2 * Math.PI * (((row >> 1) * columns[column]!) % n1)) / n1;
    return row % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/**
 * The inverse of `firstStage`, including the half spectrum's weights and 1/N: [rows, (n_1/2 + 1)·2], columns (k_1,
 * part).
 */
export function lastStage(factors: MonarchFactors, half: Half): Float32Array {
  const [n1] = factors;
  const N = transformLength(factors);
  const rows = chosen(n1, half);
  return matrix(rows.length, (n1 / 2 + 1) * 2, (row, column) => {
    const k1 = column >> 1;
    const angle = (2 * Math.PI * ((k1 * rows[row]!) % n1)) / n1;
    const weight = (k1 === 0 || k1 === n1 / 2 ? 1 : 2) / N;
    return weight * (column % 2 === 0 ? Math.cos(angle) : -Math.sin(angle));
  });
}

/** Order of a complex matrix's rows or columns: both parts, one of them outermost, or one part alone. */
export type Order = 'part, index' | 'index, part' | 'real' | 'imaginary';

/**
 * The matrices of stage 2 or 3, one for every frequency `low` reached by the stages before (k_1, or k_1 + n_1 k_2 with k_2
 * the faster), [batch, rows, columns]. Forward, row k and column j hold exp(−2πi j (low + before·k)/(before·n)); the
 * inverse has rows j, columns k and the other sign.
 */
export function complexStage(
  factors: MonarchFactors,
  stage: 2 | 3,
  direction: 'forward' | 'inverse',
  rowOrder: Order,
  columnOrder: Order,
): { readonly shape: readonly [number, number, number]; readonly data: Float32Array } {
  const [n1, n2, n3] = factors;
  const [before, n] = stage === 2 ? [n1, n2] : [n1 * n2, n3];
  const lows = Array.from({ length: n1 / 2 + 1 }, (_, k1) =>
    stage === 2 ? [k1] : Array.from({ length: n2 }, (_, k2) => k1 + n1 * k2),
  ).flat();
  const rows = ordered(n, rowOrder);
  const columns = ordered(n, columnOrder);
  const data = new Float32Array(lows.length * rows.length * columns.length);
  let at = 0;
  for (const low of lows) {
    for (const row of rows) {
      for (const column of columns) {
        const k = direction === 'forward' ? row.index : column.index;
        const j = direction === 'forward' ? column.index : row.index;
        const turn = (j * (low + before * k)) % (before * n);
        const angle = ((direction === 'forward' ? -2 : 2) * Math.PI * turn) / (before * n);
        // (cos + i sin)(a + ib): the real part reads a with cos and b with −sin, the imaginary part with sin and cos.
        if (row.part === column.part) data[at] = Math.cos(angle);
        else data[at] = row.part === 'real' ? -Math.sin(angle) : Math.sin(angle);
        at++;
      }
    }
  }
  return { shape: [lows.length, rows.length, columns.length], data };
}

function ordered(n: number, order: Order): { index: number; part: 'real' | 'imaginary' }[] {
  const parts = order === 'real' || order === 'imaginary' ? [order] : (['real', 'imaginary'] as const);
  const indices = Array.from({ length: n }, (_, index) => index);
  return order === 'index, part'
    ? indices.flatMap(index => parts.map(part => ({ index, part })))
    : parts.flatMap(part => indices.map(index => ({ index, part })));
}

function chosen(n: number, half: Half): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return half === 'both' ? all : half === 'first' ? all.slice(0, n / 2) : all.slice(n / 2);
}

function matrix(rows: number, columns: number, entry: (row: number, column: number) => number): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[row * columns + column] = entry(row, column);
  }
  return values;
}
