import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Source } from '../../../server/fitting/candidate.ts';
import { contextOf } from '../../../server/fitting/context.ts';
import { Surroundings } from '../../../server/fitting/surroundings.ts';

const balanced = (text: string, inserted: string, before: string): boolean => {
  const context = contextOf({ path: 'a.css', text, offset: text.length });
  return new Surroundings(context).isBalanced(inserted, '', [{ before } as Source]);
};

test('closes what was opened on a line above at the source only where something may be open here', () => {
  const source = 'a {\n  width: 8';
  assert.equal(balanced('b { margin: 1px;\n  width: 8', '3%; }', source), true);
  // Brackets that do not add up, as in a file being edited, say nothing.
  assert.equal(balanced('b { } }\n  width: 8', '3%; }', source), true);
  assert.equal(balanced('b { }\n  width: 8', '3%; }', source), false);
  assert.equal(balanced('  width: 8', '3%; }', source), false);
});
