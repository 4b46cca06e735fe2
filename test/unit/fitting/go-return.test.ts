import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitReturn, resultsAt } from '../../../server/fitting/go-return.ts';

const headers: readonly (readonly [header: string, types: readonly string[] | undefined])[] = [
  ['func load(path string) (*Config, error) {', ['*Config', 'error']],
  ['func (s *sink) Write(e event.Event) error {', ['error']],
  ['func (s *sink) close() {', []],
  ['func split(text string) (head, tail string, err error) {', ['string', 'string', 'error']],
  ['func pick[T any](all []T) (T, bool) {', ['T', 'bool']],
  ['func handler(next func(int) error) http.Handler {', ['http.Handler']],
  ['type Sink struct {', undefined],
];

for (const [header, types] of headers) {
  test(`results of ${header}`, () =>
    assert.deepEqual(resultsAt(`package a\n\n${header}\n\tif bad {`)?.types, types));
}

test('results are those of the innermost function whose body is open', () => {
  const above = 'func outer() error {\n\tdone := func() bool {\n\t\treturn true\n\t}';
  assert.deepEqual(resultsAt(above)?.types, ['error']);
  assert.deepEqual(resultsAt('func outer() error {\n\trun(func() (int, error) {\n\t\tif bad {')?.types, [
    'int',
    'error',
  ]);
});

const returns: readonly (readonly [line: string, types: readonly string[], fitted: string | undefined])[] = [
  ['return err', ['*Config', 'error'], 'return nil, err'],
  ['return nil, err', ['error'], 'return err'],
  ['return nil, err', ['string', 'bool', 'error'], 'return "", false, err'],
  [
    'return nil, fmt.Errorf("no %s, %s", a, b)',
    ['int', 'error'],
    'return nil, fmt.Errorf("no %s, %s", a, b)',
  ],
  ['return fmt.Errorf("no %s, %s", a, b)', ['int', 'error'], 'return 0, fmt.Errorf("no %s, %s", a, b)'],
  ['return err', ['Config', 'error'], undefined],
  ['return load(path)', ['*Config', 'error'], 'return load(path)'],
  ['return 1, 2', ['int'], undefined],
  ['return', ['error'], undefined],
  ['return', [], 'return'],
  ['return &Config{', ['*Config', 'error'], 'return &Config{'],
  ['x := 1', [], 'x := 1'],
];

for (const [line, types, fitted] of returns) {
  test(`${line} in a function that gives (${types.join(', ')})`, () =>
    assert.equal(fitReturn(line, { types, areNamed: false }), fitted));
}
