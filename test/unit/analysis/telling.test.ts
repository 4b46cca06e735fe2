/** Statements that are dropped because the name says as much. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { commonWords, restates, standsAlone } from '../../../server/documents/telling.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

test('a sentence of the name and of words that say nothing restates it', () => {
  const cases: readonly [sentence: string, path: string, expected: boolean][] = [
    ['Test class for the pet controller.', 'test/PetControllerTest.java', true],
    ['Manifest utilities.', 'lib/manifest_utils.rb', true],
    ['Renders the page.', 'src/PageRenderer.ts', true],
    ['Quay House application.', 'src/quayhouse/App.ts', true],
    ['Lists every berth of the harbours.', 'src/HarbourBerths.ts', true],
    ['Configures internationalization.', 'src/Settings.ts', false],
    ['Default HTML error renderer.', 'src/HtmlErrorRenderer.php', true],
    ['Keeps ships apart in narrow water.', 'src/Traffic.ts', false],
    ['Minifies style sheets with an external compiler.', 'lib/sass_compressor.rb', false],
    ['港の中の船を離しておく。', 'src/traffic.ts', false],
  ];
  for (const [sentence, path, expected] of cases)
    assert.equal(restates(sentence, [path]), expected, `${sentence} of ${path}`);
});

test('directives, lists, questions and halves of sentences do not stand alone', () => {
  for (const text of [
    '= require ./other and more',
    '$ docker compose up the thing',
    'Why does it exist?',
    'The following are kept:',
    'They are typically accessed by templates.',
    'described in the logging page.',
    'org.ships:harbour:1.2 org.ships:quay:2.3 org.ships:boat:1.0',
    'when upgrading to a new version)',
    'To activate the profile on the line.',
    'This will save maintainers time.',
    'The examples use pytest style tests.',
    'A penny for your thoughts...',
    'All examples have been moved to here.',
    'DO NOT OPEN THIS',
    'Harbour :: a demonstration of ships',
    'Usage: copy this file to the hooks.',
  ])
    assert.equal(standsAlone(text), false, text);
  for (const text of [
    'Which ship lies where.',
    'To keep secrets, name their keys.',
    '`open` takes a berth away.',
  ])
    assert.equal(standsAlone(text), true, text);
});

test('words of most sentences alone say nothing', () => {
  const sentences = [...Array(20)].map(
    (_, at) => `Prints the berth table of harbour ${'abcdefghijklmnopqrst'[at]}x.`,
  );
  const isCommon = commonWords(sentences);
  assert.equal(restates('Prints berth tables.', ['src/a.ts'], isCommon), true);
  assert.equal(restates('Prints berth tables backwards.', ['src/a.ts'], isCommon), false);
  assert.equal(restates('Prints berth tables.', ['src/a.ts'], commonWords(sentences.slice(0, 3))), false);
});

async function saidOf(texts: Readonly<Record<string, string>>): Promise<Record<string, string | undefined>> {
  const source = {
    name: 'x',
    files: () => Object.entries(texts).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => texts[path],
  };
  const facts = await new FactBook(await Grammars.open()).collect(source);
  return Object.fromEntries([...facts.files].map(([path, { statement }]) => [path, statement?.text]));
}

test('what many files declare alike, and what tests are called, is not said', async () => {
  const command = (name: string): string => `pub fn run(argv: &[&str]) -> bool {\n    ${name}(argv)\n}\n`;
  const said = await saidOf({
    'src/cmd/cat.rs': command('cat'),
    'src/cmd/cut.rs': command('cut'),
    'src/cmd/fold.rs': command('fold'),
    'tests/cut_test.rs': 'fn cuts_rows() {}\nfn cuts_nothing() {}\n',
    'src/berth.ts': 'export class Berth {}\n',
  });
  assert.deepEqual(said, {
    'src/cmd/cat.rs': undefined,
    'src/cmd/cut.rs': undefined,
    'src/cmd/fold.rs': undefined,
    'tests/cut_test.rs': undefined,
    'src/berth.ts': undefined,
  });
});

test('a usage text, fields, values and routes say what a name does not', async () => {
  const said = await saidOf({
    'src/cmd/sort.rs':
      'static USAGE: &\'static str = "\nOrders rows by their cells.\n\nUsage:\n    x sort [options]\n";\npub fn run() {}\n',
    'src/Gone.php':
      "<?php\nclass Gone extends Failure\n{\n    protected $description = 'The resource is ' .\n        'no longer at the server.';\n}\n",
    'src/Mode.cs': 'public enum Mode\n{\n    Light,\n    Dark = 2\n}\n',
    'src/Page.cs': 'public record Page(int Number, int Size, string OrderedByWhatColumn);\n',
    'src/Owner.java':
      'public class Owner extends Person {\n  private String city;\n  public String getCity() { return city; }\n  public void setCity(String c) {}\n  public void addPet(Pet p) {}\n}\n',
    'src/Maker.java':
      'public interface Maker extends Tool {\n  List<Part> getParts();\n  void setParts(List<Part> parts);\n}\n',
    'src/PetController.java':
      '@Controller\n@RequestMapping("/owners/{id}")\nclass PetController {\n  @GetMapping("/pets/new")\n  public String create() { return ""; }\n}\n',
  });
  assert.deepEqual(said, {
    'src/cmd/sort.rs': 'Orders rows by their cells.',
    'src/Gone.php': 'The resource is no longer at the server.',
    'src/Mode.cs': 'enum Mode — Light, Dark',
    'src/Page.cs': 'record Page(Number, Size, OrderedByWhatColumn)',
    'src/Owner.java': 'class Owner extends Person — city, addPet',
    'src/Maker.java': 'interface Maker extends Tool — getParts, setParts',
    'src/PetController.java': 'Answers GET /owners/{id}/pets/new',
  });
});

test('a comment copied from another file describes only the one whose name it fits', async () => {
  const said = await saidOf({
    'theme/Background.kt':
      '/**\n * A class to model background colour and elevation.\n */\ndata class BackgroundTheme(val colour: Int, val elevation: Int)\n',
    'theme/Tint.kt':
      '/**\n * A class to model background colour and elevation.\n */\ndata class TintTheme(val icon: Int)\n',
  });
  assert.deepEqual(said, {
    'theme/Background.kt': 'class BackgroundTheme: A class to model background colour and elevation.',
    'theme/Tint.kt': 'data class TintTheme(val icon: Int)',
  });
});

test('what a manifest describes is its package', async () => {
  const said = await saidOf({
    'package.json': '{\n  "name": "quay",\n  "description": "Plans berths for boats of any length."\n}\n',
  });
  assert.deepEqual(said, { 'package.json': 'Package quay: Plans berths for boats of any length.' });
});

test('values made alike are named together; messages of exceptions and settings of tools are not descriptions', async () => {
  const colours = ['Red', 'Green', 'Blue', 'Grey', 'Pink', 'Teal', 'Gold'];
  const said = await saidOf({
    'theme/Colours.kt': colours.map((name, at) => `val ${name} = Color(${at})\n`).join(''),
    'src/GoneException.php':
      "<?php\nclass GoneException extends Failure\n{\n    protected $description = 'The resource is no longer at the server.';\n}\n",
    'docs/conf.py': 'project = "Quay"\nauthor = "Us"\nextensions = []\n',
    'css/all.css': '/* Corrects the line height in all browsers. */\nhtml { line-height: 1; }\n',
  });
  assert.deepEqual(said, {
    'theme/Colours.kt': 'Defines values of Color, such as Red and Green',
    'src/GoneException.php': undefined,
    'docs/conf.py': undefined,
    'css/all.css': undefined,
  });
});

test('a document says what it is about: a sentence on its subject, or else its sections', async () => {
  const said = await saidOf({
    'docs/berths.md':
      '# Berths\n\nAs harbours grow, requests are made.\n\nBerths are counted from the western end.\n\n## Counting\n\nx\n\n## Painting\n\nx\n',
    'docs/advanced.md':
      '# Advanced Patterns\n\nIn addition to common functionality, more features are offered.\n\n## Mooring at Night\n\nx\n\n## Ropes\n\nx\n',
    'docs/changes.md': '# Changes\n\nAll of it.\n\n## 1.2.0\n\nx\n\n## 1.1.0\n\nx\n',
    '.github/pull_request_template.md': '# What\n\nTell us what the change does and why it matters.\n',
    'templates/error.html':
      '<html th:lang="en"><body><p>The requested page was not found.</p></body></html>\n',
  });
  assert.deepEqual(said, {
    'docs/berths.md': 'Berths are counted from the western end.',
    'docs/advanced.md': 'Sections: Mooring at Night; Ropes',
    'docs/changes.md': undefined,
    '.github/pull_request_template.md': undefined,
    'templates/error.html': undefined,
  });
});

test('a few members are named, and comments between parameters are none', async () => {
  const methods = [...Array(14)].map((_, at) => `  def step_${'abcdefghijklmn'[at]}\n  end\n`).join('\n');
  const said = await saidOf({
    'lib/engine.rb': `class Engine\n${methods}end\n`,
    'src/Change.kt':
      'data class Change(\n    /**\n     * Unique, consecutive\n     */\n    val id: String,\n    /** Whether updated, or not */\n    val isDelete: Boolean,\n) : Base\n',
    'ci/install.sh': '#!/bin/sh\n\ninstall_tools() {\n  true\n}\n\nconfigure() {\n  true\n}\n',
  });
  assert.deepEqual(said, {
    'lib/engine.rb': 'class Engine — step_a, step_b, step_c, step_d and more',
    'src/Change.kt': 'data class Change(val id: String, val isDelete: Boolean) : Base',
    'ci/install.sh': 'Defines install_tools, configure',
  });
});
