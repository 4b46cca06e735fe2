/**
 * Licences of everything a package ships: bundled libraries, the native engine and the grammars. The build writes them
 * to dist/THIRD-PARTY-LICENSES.txt and fails for a library without a known licence.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Declared {
  /** The copyright lines, if the package has no licence file. */
  readonly copyright: readonly string[];
  /** Files in .config/licences/ without `.txt`. */
  readonly texts: readonly string[];
}

/** Packages that declare a licence without a licence file; copyright lines are from their repositories. */
const declared: Readonly<Record<string, Declared>> = {
  '@bufbuild/protobuf': {
    copyright: ['Copyright 2021-2025 Buf Technologies, Inc.', 'Copyright 2008 Google Inc. (varint, base64)'],
    texts: ['apache-2.0', 'bsd-3-clause'],
  },
  'onnx-buf': { copyright: ['Copyright (c) Eric Zhang'], texts: ['mit'] },
  'onnxruntime-common': { copyright: ['Copyright (c) 2018 - present Microsoft Corporation'], texts: ['mit'] },
  'onnxruntime-node': {
    copyright: [
      'Copyright (c) 2018 - present Microsoft Corporation',
      'Notices of the libraries inside onnxruntime: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
      'On Windows with DirectML.dll (Microsoft DirectML redistributable), dxcompiler.dll and dxil.dll (DirectX Shader Compiler).',
    ],
    texts: ['mit'],
  },
};

/** Shipped as separate files, so no bundle names them. */
const unbundled = ['onnxruntime-node', 'onnxruntime-common', '@vscode/tree-sitter-wasm'];

/** The grammars inside @vscode/tree-sitter-wasm, each under the MIT licence. */
const grammarCopyrights: Readonly<Record<string, string>> = {
  'tree-sitter-bash': 'Copyright (c) 2017 Max Brunsfeld',
  'tree-sitter-c-sharp':
    'Copyright (c) 2014-2023 Max Brunsfeld, Damien Guard, Amaan Qureshi, and contributors',
  'tree-sitter-cpp': 'Copyright (c) 2014 Max Brunsfeld',
  'tree-sitter-go': 'Copyright (c) 2014 Max Brunsfeld',
  'tree-sitter-java': 'Copyright (c) 2017 Ayman Nadeem',
  'tree-sitter-javascript': 'Copyright (c) 2014 Max Brunsfeld',
  'tree-sitter-php': 'Copyright (c) 2017 Josh Vera, GitHub',
  'tree-sitter-python': 'Copyright (c) 2016 Max Brunsfeld',
  'tree-sitter-ruby': 'Copyright (c) 2016 Rob Rix',
  'tree-sitter-rust': 'Copyright (c) 2017 Maxim Sokolov',
  'tree-sitter-tsx': 'Copyright (c) 2017 Max Brunsfeld',
  'tree-sitter-typescript': 'Copyright (c) 2017 Max Brunsfeld',
};

/** Names of the packages that files belong to, sorted. Files outside node_modules are ours. */
export function packagesOf(files: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const file of files) {
    const match = /^(?:.*\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(file.replaceAll('\\', '/'));
    if (match) names.add(match[0]);
  }
  return [...names].sort();
}

/**
 * @param root the repository
 * @param bundled files in the bundles, relative to `root`
 * @param grammars names of the shipped grammar files
 * @throws for a package or grammar without a known licence
 */
export function thirdPartyLicences(
  root: string,
  bundled: Iterable<string>,
  grammars: readonly string[],
): string {
  const folders = new Set([...packagesOf(bundled), ...unbundled.map(name => `node_modules/${name}`)]);
  const sections = [...folders].sort().map(folder => section(root, folder));
  const mit = readFileSync(path.join(root, '.config/licences/mit.txt'), 'utf8').trim();
  const lines = grammars.map(file => {
    const name = file.replace(/\.wasm$/, '');
    const copyright = grammarCopyrights[name];
    if (copyright === undefined) throw new Error(`The licence of ${name} is not in .config/licences.ts.`);
    return `${name}: ${copyright}`;
  });
  sections.push(`Grammars for tree-sitter (MIT)\n\n${lines.sort().join('\n')}\n\n${mit}`);
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `Longsight includes the following software.${rule}${sections.join(rule)}\n`;
}

function section(root: string, folder: string): string {
  const absolute = path.join(root, folder);
  const manifest = JSON.parse(readFileSync(path.join(absolute, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const own = readdirSync(absolute)
    .filter(file => /^((un)?licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map(file => readFileSync(path.join(absolute, file), 'utf8').trim());
  const { copyright, texts } = declared[manifest.name] ?? { copyright: [], texts: [] };
  const added = texts.map(name =>
    readFileSync(path.join(root, `.config/licences/${name}.txt`), 'utf8').trim(),
  );
  const body = [copyright.join('\n'), ...(own.length > 0 ? own : added)].filter(text => text !== '');
  if (own.length === 0 && added.length === 0)
    throw new Error(`${manifest.name} has no licence file; declare its licence in .config/licences.ts.`);
  return [`${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`, ...body].join('\n\n');
}
