import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { AdaptiveFiles, type FileAccess } from '../../../server/workspace/file-access.ts';
import { verdictOnName } from '../../../server/workspace/names.ts';
import { FileReader, hashOf, textOf } from '../../../server/workspace/read.ts';
import type { SourceFile } from '../../../server/workspace/source.ts';
import { TemporaryFolder } from './folder.ts';

function fileAt(absolute: string, wanted = false): SourceFile {
  return { path: path.basename(absolute), absolute, bytes: 0, modified: 0, changed: 0, wanted };
}

/** The result for a file's bytes: text, or a reason. */
function outcomeOf(bytes: Uint8Array, wanted = false): { text?: string; reason?: string; note?: string } {
  const {
    hash: _,
    path: __,
    detail: ___,
    ...rest
  } = {
    hash: '',
    path: '',
    detail: '',
    ...textOf({ file: fileAt('/x', wanted), bytes }, hashOf(bytes)),
  };
  return rest;
}

describe('reading a file', () => {
  for (const [kind, slowAnswer] of [
    ['at once', Number.POSITIVE_INFINITY],
    ['later', -1],
  ] as const) {
    it(`gives its bytes or a reason (${kind})`, async () => {
      using folder = new TemporaryFolder({ 'a.ts': 'text', 'big.ts': '', 'dir/x': '' });
      truncateSync(folder.at('big.ts'), 2 ** 31);
      symlinkSync('a.ts', folder.at('link.ts'));
      const reader = new FileReader(1000, new AdaptiveFiles(slowAnswer));
      const read = await reader.read(fileAt(folder.at('a.ts')));
      assert.ok('bytes' in read);
      assert.equal(Buffer.from(read.bytes).toString(), 'text');
      assert.equal(read.file.bytes, 4);
      const reasons: Record<string, string> = {
        'big.ts': 'oversized',
        'link.ts': 'symlink',
        dir: 'unreadable',
        'gone.ts': 'vanished',
        'a.ts/x': 'vanished',
      };
      for (const [name, reason] of Object.entries(reasons)) {
        const verdict = await reader.read(fileAt(folder.at(name)));
        assert.ok('reason' in verdict);
        assert.equal(verdict.reason, reason, name);
      }
    });
  }

  it('retries when the file changes meanwhile, and eventually gives up', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'one' });
    const real = new AdaptiveFiles();
    let changes = 0;
    const changing: FileAccess = Object.assign(Object.create(real) as FileAccess, {
      open: (name: string, flags: number) => real.open(name, flags),
      stat: (descriptor: number) => real.stat(descriptor),
      close: (descriptor: number) => real.close(descriptor),
      read: (descriptor: number, into: Buffer, offset: number, length: number) => {
        if (changes-- > 0) appendFileSync(folder.at('a.ts'), '+');
        return real.read(descriptor, into, offset, length);
      },
    });
    changes = 1;
    const once = await new FileReader(1000, changing).read(fileAt(folder.at('a.ts')));
    assert.ok('bytes' in once);
    assert.equal(Buffer.from(once.bytes).toString(), 'one+');
    changes = 100;
    const forever = await new FileReader(1000, changing).read(fileAt(folder.at('a.ts')));
    assert.deepEqual(forever, { reason: 'unreadable', detail: 'It kept changing while it was read.' });
  });

  it('skips unreadable files, and reads the rest', { skip: process.platform === 'win32' }, t => {
    using folder = new TemporaryFolder({
      'a.ts': 'a',
      'closed.ts': 'x',
      'shut/b.ts': 'b',
      'hidden/c.ts': 'c',
    });
    chmodSync(folder.at('closed.ts'), 0);
    chmodSync(folder.at('shut'), 0);
    chmodSync(folder.at('hidden'), 0o311);
    mkdirSync(folder.at('none'), { mode: 0 });
    const script = path.join(import.meta.dirname, 'unprivileged.ts');
    const command = [process.execPath, script, folder.root, folder.at('none')];
    // Permissions do not bind root until it drops its privileges.
    if (process.getuid?.() === 0) command.unshift('setpriv', '--bounding-set=-all', '--inh-caps=-all');
    const child = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' });
    if (child.error) return t.skip('setpriv is not installed, and tests run as the superuser');
    assert.equal(child.stderr, '');
    assert.deepEqual(JSON.parse(child.stdout), {
      files: ['a.ts', 'closed.ts'],
      skipped: { hidden: 'unreadable', none: 'unreadable', shut: 'unreadable' },
      closed: { reason: 'unreadable', detail: 'Permission denied.' },
      none: `${folder.at('none')} cannot be opened: Permission denied.`,
    });
    rmSync(folder.at('none'), { recursive: true });
  });
});

describe('bytes', () => {
  const cafe = 'int a; // caf\u00e9, and more of the same to be mostly ASCII';
  const table: [string, Uint8Array, ReturnType<typeof outcomeOf>][] = [
    ['ASCII', Buffer.from('int a;'), { text: 'int a;' }],
    ['UTF-8', Buffer.from('日本\u{1F600}'), { text: '日本\u{1F600}' }],
    ['UTF-8 with a mark', Buffer.from('\uFEFFä'), { text: 'ä' }],
    ['UTF-16, little end first', Buffer.from('\uFEFFä日', 'utf16le'), { text: 'ä日' }],
    ['UTF-16, big end first', Buffer.from('\uFEFFä日', 'utf16le').swap16(), { text: 'ä日' }],
    ['UTF-16 with half a pair', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]), { text: '\uFFFDA' }],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), { reason: 'binary' }],
    [
      'Windows-1252',
      Buffer.from(cafe, 'latin1'),
      { text: cafe, note: 'It is not valid UTF-8 and was read as Windows-1252.' },
    ],
    ['Shift-JIS', Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea]), { reason: 'encoding' }],
    ['a zero byte', Buffer.from('a\0b'), { reason: 'binary' }],
    ['control characters', Buffer.from('\x01\x02\x03abc'), { reason: 'binary' }],
    ['a log in colours', Buffer.from('\x1b[31mred\x1b[0m\n'), { text: '\x1b[31mred\x1b[0m\n' }],
    ['a PDF', Buffer.from('%PDF-1.4\n1 0 obj\n'), { reason: 'binary' }],
    ['white space', Buffer.from(' \n\t\r\n'), { reason: 'empty' }],
  ];
  for (const [name, bytes, expected] of table) {
    it(`of ${name}`, () => {
      assert.deepEqual(outcomeOf(bytes), expected);
    });
  }
});

describe('text that no one wrote', () => {
  const prose = 'A paragraph a line, as people write who let the editor break it. '.repeat(40);
  const code = 'export function add(a: number, b: number): number {\n  return a + b;\n}\n'.repeat(40);
  const packed = 'function(a,b){return a+b};'.repeat(80);
  const certificate = `-----BEGIN CERTIFICATE-----\n${`${'QUJD'.repeat(16)}\n`.repeat(12)}-----END CERTIFICATE-----\n`;
  const table: [string, string, 'generated' | 'minified' | 'binary' | undefined][] = [
    ['Go', '// Code generated by "stringer -type=Kind"; DO NOT EDIT.\n\npackage x\n', 'generated'],
    [
      'Go behind a licence',
      `${'// Copyright\n'.repeat(12)}\n// Code generated by x. DO NOT EDIT.\n`,
      'generated',
    ],
    ['a mark', '/**\n * @generated SignedSource<<x>>\n */\n', 'generated'],
    ['.NET', '//------\n// <auto-generated>\n', 'generated'],
    ['two lines', '# This file is autogenerated by pip-compile\n# To update, run:\n', 'generated'],
    [
      'Python protocol buffers',
      '# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!\n',
      'generated',
    ],
    ['HTML', '<!-- This file was automatically generated by a tool. -->\n', 'generated'],
    ['SQL', '-- Generated by a tool; do not modify\n', 'generated'],
    ['a licence without marks', '/*\nCopyright\n\nThis file was generated by a tool.\n*/\n', 'generated'],
    ['behind a package clause', 'package x\n\n// Code generated by x. DO NOT EDIT.\n', 'generated'],
    ['a template', 'const header = `\n// This file was auto-generated by x\n`;\n', undefined],
    [
      'what it makes',
      '// This file tests that the code is generated.\n// Keys are automatically generated by the database.\n',
      undefined,
    ],
    ['what is not in it', '# Not all values are present in this\n# autogenerated file.\n', undefined],
    ['the generator itself', 'const header = "// Code generated by x. DO NOT EDIT.";\n', undefined],
    ['a word of it', '// Returns the generated name.\n// Generated files are skipped.\n', undefined],
    ['about it', '# Tests for generated code\nimport x\n', undefined],
    [
      'documentation of it',
      `# Tool\n\n${'text\n'.repeat(40)}// Code generated by x. DO NOT EDIT.\n`,
      undefined,
    ],
    ['code', code, undefined],
    ['prose', prose, undefined],
    ['prose without spaces', '日本語の文章には空白がない。'.repeat(200), undefined],
    ['minified code', packed, 'minified'],
    ['minified code behind a licence', `/*! licence */\n${packed}`, 'minified'],
    ['code with an embedded image', `${code}const image = "${'QUJD'.repeat(200)}";\n`, undefined],
    ['code around a constant', `const image = "${'QUJD'.repeat(2000)}";\n${code}`, undefined],
    ['an embedded image', `const image = "${'QUJD'.repeat(2000)}";\nexport { image };\n`, 'minified'],
    ['packed data behind a long licence', `${'// Copyright of someone\n'.repeat(40)}${packed}`, 'minified'],
    ['lines that end with a carriage return', code.replaceAll('\n', '\r'), undefined],
    [
      'a header in quotes',
      '"""Each gets the header "This file is auto-generated. Do not edit.""""\nx = 1\n',
      undefined,
    ],
    ['a mark in quotes', '// Emits `// @generated` in front.\n', undefined],
    ['generated things', '# The bindings are auto-generated; do not edit them.\n', undefined],
    ['generated things in prose', 'The bindings are auto-generated; do not edit them.\n', undefined],
    ['a frame', '// *** WARNING: this file was generated by a tool. ***\n', 'generated'],
    ['Dart', '// GENERATED CODE - DO NOT MODIFY BY HAND\n', 'generated'],
    [
      'a pointer of Git LFS',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`,
      'binary',
    ],
    ['a certificate', certificate, 'binary'],
    ['certificates with their names', `# First\n${certificate}\n# Second\n${certificate}`, 'binary'],
    ['code around a certificate', `${code}const c = \`${certificate}\`;\n`, undefined],
    ['prose about certificates', '-----BEGIN CERTIFICATE-----\nis the first line.\n', undefined],
    ['a short line without spaces', 'x'.repeat(900), undefined],
  ];
  for (const [name, text, reason] of table) {
    it(`${reason ?? 'not'}: ${name}`, () => {
      assert.equal(outcomeOf(Buffer.from(text)).reason, reason);
      if (name === 'a pointer of Git LFS') return;
      assert.equal(
        outcomeOf(Buffer.from(text), true).reason,
        undefined,
        'and is read all the same when it is asked for',
      );
    });
  }
});

describe('names', () => {
  const table: [string, string | undefined][] = [
    ['.env', 'secret'],
    ['conf/.env.production', 'secret'],
    ['prod.env', 'secret'],
    ['.env.example', undefined],
    ['env.ts', undefined],
    ['environment.env.ts', undefined],
    ['id_rsa', 'secret'],
    ['id_ed25519.pub', undefined],
    ['tls/server.key', 'secret'],
    ['server-key.pem', 'secret'],
    ['private.pem', 'secret'],
    ['dkim_rsa.pem', 'secret'],
    ['server.pem', undefined],
    ['cert.pem', undefined],
    ['public_key.pem', undefined],
    ['keys.ts', undefined],
    ['store.jks', 'secret'],
    ['.npmrc', undefined],
    ['.git-credentials', 'secret'],
    ['credentials.json', 'secret'],
    ['credentials.ts', undefined],
    ['secrets.yaml', 'secret'],
    ['secrets.ts', undefined],
    ['Secret.java', undefined],
    ['main.tfstate', 'secret'],
    ['yarn.lock', 'generated'],
    ['sub/Cargo.lock', 'generated'],
    ['lock.ts', undefined],
    ['app.js.map', 'generated'],
    ['map.ts', undefined],
    ['x_pb2.py', 'generated'],
    ['jquery.min.js', 'minified'],
    ['admin.js', undefined],
  ];
  for (const [name, reason] of table) {
    it(`${name}: ${reason ?? 'nothing'}`, () => {
      assert.equal(verdictOnName(name)?.reason, reason);
    });
  }
});
