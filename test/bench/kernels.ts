/**
 * `npm run bench -- kernels [part or operator …]`: how fast the operators are, as ratios to what is measured beside them. Parts are
 * `operators`, `attention`, `products`, `convolutions` and `memory`; all of them by default. An operator's name measures that one again.
 * Prints tables and writes `kernels/figures`: the numbers, and the figures of the documentation.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cases } from './kernels/cases.ts';
import { measureProducts, type ProductsRow } from './kernels/products.ts';
import { figures, type Measured, page, sections } from './kernels/report.ts';
import {
  measureAttention,
  measureConvolutions,
  measureMemory,
  measureOperator,
  measureWholeHyena,
  type OperatorRow,
} from './kernels/sections.ts';
import { plainGemm } from './kernels/timing.ts';

const parts = ['operators', 'attention', 'products', 'convolutions', 'memory'];
const chosen = process.argv.slice(2);
for (const name of chosen) {
  if (!parts.includes(name) && !cases.some(one => one.name === name)) {
    console.error(`There is no part or operator "${name}".`);
    process.exit(2);
  }
}
const wanted = (part: string): boolean => chosen.length === 0 || chosen.includes(part);

const folder = path.join(import.meta.dirname, '../../kernels/figures');
const file = path.join(folder, 'measured.json');
let measured: Measured = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Measured) : {};
const gemm = await plainGemm(256, 512, 512);

const operators: OperatorRow[] = [];
for (const one of cases) {
  const before = measured.operators?.find(({ name }) => name === one.name);
  if (wanted('operators') || chosen.includes(one.name)) {
    console.error(`measuring ${one.name} …`);
    operators.push(await measureOperator(one, gemm));
  } else if (before !== undefined) {
    operators.push(before);
  }
}
measured = { ...measured, operators };
if (wanted('attention')) {
  const attention = await measureAttention(gemm);
  measured = { ...measured, attention, wholeHyena: await measureWholeHyena(gemm) };
}
if (wanted('products')) {
  const products: ProductsRow[] = [];
  for (const one of cases) {
    const row = await measureProducts(one);
    if (row !== undefined) products.push(row);
  }
  measured = { ...measured, products };
}
if (wanted('convolutions')) measured = { ...measured, convolutions: await measureConvolutions() };
if (wanted('memory')) measured = { ...measured, memory: measureMemory() };

const report = sections(measured);
for (const { title, table } of report) console.log(`\n${title}\n\n${table}`);

mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'README.md'), page(report));
writeFileSync(file, `${JSON.stringify(measured, rounded, 2)}\n`);
for (const [name, drawing] of Object.entries(figures(measured)))
  writeFileSync(path.join(folder, name), drawing);

/** Three significant digits: more would be noise and change with every run. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
}
