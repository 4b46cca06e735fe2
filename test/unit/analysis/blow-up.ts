/**
 * Files that make patterns take more time than their length allows: a repeated unit of few characters after a prefix
 * that some pattern waits for. Every name that the product knows is tried, because the name decides which patterns run.
 */
import { randomFrom } from '../../bench/repositories.ts';

export interface Case {
  readonly path: string;
  readonly text: string;
  /** As a person would write it: prefix, unit and count. */
  readonly note: string;
}

export const paths: readonly string[] = `
  a.ts a.tsx a.js a.jsx a.vue a.svelte a.py a.go a.rs a.java a.kt a.scala a.cs a.swift a.dart a.groovy a.c a.h a.cpp a.cu a.m a.rb a.php a.lua
  a.ex a.proto a.sh a.ps1 a.sql a.html a.xml a.css a.json a.jsonc a.yaml a.toml a.ini a.csv a.md a.rst a.tex a.txt a.ipynb a.tf a.env a.unknown
  README README.md package.json pyproject.toml Cargo.toml go.mod pom.xml CMakeLists.txt Makefile setup.py setup.cfg Dockerfile Gemfile
  .npmrc .gitignore .gitattributes .longsightignore .eslintrc tsconfig.json
`
  .trim()
  .split(/\s+/);

const characters = ' \t\n\raA0_*&<>()[]{}"\'`:;,./\\#@=-+~!|%$^?é'.split('');

/** Prefixes that some pattern waits for before it searches. */
const beginnings: readonly string[] = [
  [''],
  [
    'import ',
    'from "',
    'export const a',
    'class A',
    'use ',
    'pub ',
    'mod a',
    '#include ',
    '#define ABCD ',
    'require("',
    'def f(',
    'func ',
  ],
  [
    'project(',
    'add_executable(',
    'DESCRIPTION "',
    '<name>',
    '<parent>',
    '<description>',
    'module ',
    'name = ',
    'all:',
    '"name": "',
    '{"a": "',
  ],
  [
    '# ',
    '## ',
    '// ',
    '/* ',
    '/** ',
    '"""',
    '<!-- ',
    '-- ',
    '.. ',
    '``` ',
    '[a](',
    '![a](',
    '<a ',
    '**a',
    ':ref:`',
    '@file ',
    '- ',
    '| ',
  ],
  [
    '// Code generated ',
    '# This file was generated ',
    '@generated ',
    'do not edit ',
    'warning: ',
    'password=',
    'api_key: "',
    'Bearer ',
  ],
  [
    'https://',
    'a://b:c@',
    'jdbc:oracle:thin:',
    `-----BEGIN PRIVATE ${'KEY'}-----`,
    'ghp_',
    'eyJ',
    'token_1',
    'Server=a;Password=',
    '_auth',
    '*.a ',
    '**/',
    '!a',
  ],
].flat();

/** How a unit fills a file: on one line, on a line of ordinary length, or on many such lines. */
const shapes = ['line', 'short', 'lines'] as const;

/** @param size approximate characters per file */
export function makeCase(random: () => number, size: number): Case {
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)]!;
  const unit = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(characters)).join('');
  const word = random() < 0.2 ? pick(beginnings).trim() || 'a' : '';
  const repeated = word + unit;
  const beginning = pick(beginnings);
  const path = pick(paths);
  const shape = pick(shapes);
  const note = `${path}: ${JSON.stringify(beginning)} then ${JSON.stringify(repeated)} (${shape})`;
  if (shape === 'short') {
    const line = `${(beginning + repeated.repeat(130)).slice(0, 120 + Math.floor(random() * 270))}\n`;
    return { path, text: line.repeat(Math.ceil(size / line.length)).slice(0, size), note };
  }
  const line = beginning + repeated.repeat(shape === 'line' ? Math.ceil(size / repeated.length) : 30);
  const text = shape === 'line' ? line : `${line}\n`.repeat(Math.ceil(size / (line.length + 1)));
  return { path, text: `${text.slice(0, size)}${pick(['', '\n', 'x', ';'])}`, note };
}

/** @param from cases to skip; the others are unaffected */
export function* makeCases(seed: number, count: number, size: number, from = 0): Generator<Case> {
  const random = randomFrom(seed);
  for (let made = 0; made < from + count; made++) {
    const one = makeCase(random, size);
    if (made >= from) yield one;
  }
}
