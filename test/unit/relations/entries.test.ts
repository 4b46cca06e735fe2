/** Where a repository starts to run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { summarize } from '../../../server/summary/summarize.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const grammars = await Grammars.open();

async function runsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const source = {
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  const { runs } = summarize(source, await new FactBook(grammars).collect(source));
  return runs.map(
    ({ title, line, calls }) => `${title}:${line}${calls.length > 0 ? ` ${calls[0]!.text}` : ''}`,
  );
}

test('a file that asks whether it is started itself is an entry point', async () => {
  const runs = await runsOf({
    'plan.py': 'def plan():\n    return 1\n\n\nif __name__ == "__main__":\n    plan()\n',
    'tie.rb': 'def tie\n  1\nend\n\nif __FILE__ == $PROGRAM_NAME\n  tie\nend\n',
    'sail.js': 'function sail() {\n  return 1;\n}\n\nif (require.main === module) sail();\n',
    'tide.py': 'def tide():\n    return 1\n',
  });
  assert.deepEqual(
    runs.toSorted(),
    [
      'plan.py — run as a script:5 plan.py calls plan (plan.py:1)',
      'tie.rb — run as a script:5 tie.rb calls tie (tie.rb:1)',
      'sail.js — run as a script:5 sail.js calls sail (sail.js:1)',
    ].toSorted(),
  );
});

test('an executable that a document names is an entry point', async () => {
  const runs = await runsOf({
    'deploy.sh': '#!/usr/bin/env bash\nrun_all() {\n  echo\n}\nrun_all\n',
    'hidden.sh': '#!/usr/bin/env bash\necho\n',
    'README.md': '# Quay\n\nQuay plans berths.\n\n```sh\n./deploy.sh --all\n```\n',
  });
  assert.deepEqual(
    runs.map(run => run.split(' ')[0]),
    ['deploy.sh'],
  );
});

test('a library is entered by its users, whatever programs stand beside it', async () => {
  const steps = ['plan', 'tie', 'moor', 'rest'].map(
    (name, at, all) =>
      `    public int ${name}(int a) {\n        int b = a;\n        int c = b;\n        return ${at + 1 < all.length ? `${all[at + 1]}(c)` : 'c'};\n    }\n`,
  );
  const runs = await runsOf({
    'src/main/java/quay/Quay.java': `package quay;\n\npublic class Quay {\n${steps.join('\n')}}\n`,
    'metrics/src/main/java/quay/TideBenchmark.java':
      'package quay;\n\npublic class TideBenchmark {\n    public static void main(String[] args) {\n        new Quay().plan(1);\n    }\n}\n',
  });
  assert.match(runs[0] ?? '', /^From Quay\.plan/);
  assert.match(runs[1] ?? '', /TideBenchmark/);
});

test('a Java package called samples does not put a program beside the project', async () => {
  const runs = await runsOf({
    'package.json': '{ "name": "quay", "main": "x.js" }',
    'src/main/java/org/samples/quay/Quay.java':
      'package org.samples.quay;\n\npublic class Quay {\n    public static void main(String[] args) {\n    }\n}\n',
  });
  assert.deepEqual(
    runs.map(run => run.split(' ')[0]),
    ['src/main/java/org/samples/quay/Quay.java'],
  );
});
