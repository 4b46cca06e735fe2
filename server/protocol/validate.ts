/** Validates external input; messages name the field. */
import * as v from 'valibot';

export const string = v.string('must be a string');
export const flag = v.boolean('must be true or false');

/** A 1-based line or column. */
export const fromOne = wholeNumber(1);

export function wholeNumber(minimum: number) {
  const problem = `must be a whole number from ${minimum}`;
  return v.pipe(v.number(problem), v.integer(problem), v.minValue(minimum, problem));
}

/** @param names at least one */
export function oneOf<const Names extends readonly string[]>(names: Names) {
  return v.picklist(names, `must be one of ${names.join(', ')}`);
}

/** An object with these fields. Others are dropped, so that a client may be newer than the server. */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, issue => (issue.received === 'undefined' ? 'is missing' : 'must be an object'));
}

export type Checked<Output> = { readonly value: Output } | { readonly problem: string };

/** @returns the checked value, or a sentence that names the first invalid field */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  given: unknown,
): Checked<v.InferOutput<Schema>> {
  // valibot accepts an array as an object.
  if (Array.isArray(given)) return { problem: 'The parameters must be an object.' };
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return { value: result.output };
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  if (given === undefined) return { problem: 'The parameters are missing.' };
  return { problem: path === null ? `The parameters ${issue.message}.` : `\`${path}\` ${issue.message}.` };
}
