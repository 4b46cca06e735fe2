/** Private keys and public ones as base64 without their markers, as code embeds them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface BareKey {
  readonly kind: string;
  readonly isPrivate: boolean;
  readonly der: Buffer;
}

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/** Generated when asked for. */
export function bareKeys(): BareKey[] {
  const pairs: readonly (readonly [kind: string, pair: Pair, type: 'pkcs8' | 'pkcs1' | 'sec1'])[] = [
    ['RSA 2048', generateKeyPairSync('rsa', { modulusLength: 2048 }), 'pkcs8'],
    ['RSA 1024', generateKeyPairSync('rsa', { modulusLength: 1024 }), 'pkcs1'],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'pkcs8'],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sec1'],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'sec1'],
    ['Ed25519', generateKeyPairSync('ed25519'), 'pkcs8'],
  ];
  return pairs.flatMap(([kind, { publicKey, privateKey }, type]) => [
    {
      kind: `${kind} ${type}`,
      isPrivate: true,
      der: privateKey.export({ type: type as 'pkcs8', format: 'der' }),
    },
    { kind: `${kind} public`, isPrivate: false, der: publicKey.export({ type: 'spki', format: 'der' }) },
  ]);
}

/** Ways to write a long text a line to a string, or as lines. */
export const bareForms: readonly (readonly [form: string, write: (lines: readonly string[]) => string])[] = [
  ['joined by +', lines => `export const body =\n${lines.map(line => `  '${line}'`).join(' +\n')};\n`],
  ['joined by .', lines => `<?php $body = ${lines.map(line => `'${line}'`).join(' .\n  ')};\n`],
  ['in a list', lines => `var body = []string{\n${lines.map(line => `\t"${line}",`).join('\n')}\n}\n`],
  ['side by side', lines => `BODY = (\n${lines.map(line => `    "${line}"`).join('\n')}\n)\n`],
  ['with line ends', lines => `char *body =\n${lines.map(line => `  "${line}\\n"`).join('\n')};\n`],
  ['appended', lines => `let body = '';\n${lines.map(line => `body += '${line}';`).join('\n')}\n`],
  ['in one literal', lines => `body = """\n${lines.join('\n')}\n"""\n`],
  ['as a block', lines => `data:\n  body: |\n${lines.map(line => `    ${line}`).join('\n')}\n`],
  ['as comments', lines => `${lines.map(line => `# ${line}`).join('\n')}\nprint(1)\n`],
];
