/** Validates settings from outside: an editor, or a client's initialization options. */
import * as v from 'valibot';
import { defaultSettings, type Setting, type SettingsShape, settings, settingsSection } from './settings.ts';
import { check, flag, oneOf, string } from './validate.ts';

/**
 * @param raw nested (`{completion: {scope}}`) or flat (`{'completion.scope'}`) values; anything else is ignored
 * @returns all settings, and a sentence for every invalid value, which is replaced by its default
 */
export function readSettings(raw: unknown): { settings: SettingsShape; problems: string[] } {
  const result: Record<string, unknown> = { ...defaultSettings() };
  const problems: string[] = [];
  for (const setting of settings) {
    const value = lookUp(raw, setting.name);
    if (value === undefined) continue;
    const name = `${settingsSection}.${setting.name}`;
    const checked = check(v.object({ [name]: schemaOf(setting) }), { [name]: value });
    if ('value' in checked) result[setting.name] = value;
    else problems.push(checked.problem.replace(/\.$/, '; the default is used.'));
  }
  return { settings: result as unknown as SettingsShape, problems };
}

function lookUp(raw: unknown, name: string): unknown {
  if (typeof raw !== 'object' || raw === null) return undefined;
  if (Object.hasOwn(raw, name)) return (raw as Record<string, unknown>)[name];
  let at: unknown = raw;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at ?? undefined;
}

function schemaOf(setting: Setting): v.GenericSchema {
  switch (setting.type) {
    case 'boolean':
      return flag;
    case 'string':
      return setting.choices === undefined ? string : oneOf(setting.choices);
    case 'array':
      return v.array(v.string('must be a list of strings'), 'must be a list of strings');
    case 'object':
      return v.pipe(
        v.custom(value => !Array.isArray(value), 'must be an object'),
        v.record(v.string(), v.boolean('must be true or false'), 'must be an object'),
      );
    case 'integer':
    case 'number':
      return numberSchema(setting);
  }
}

function numberSchema({ type, minimum, maximum }: Setting): v.GenericSchema {
  const low = minimum ?? Number.NEGATIVE_INFINITY;
  const high = maximum ?? Number.POSITIVE_INFINITY;
  return v.pipe(
    v.number('must be a number'),
    v.finite('must be a number'),
    v.check(value => type === 'number' || Number.isInteger(value), 'must be a whole number'),
    v.minValue(low, `must be at least ${minimum}`),
    v.maxValue(high, `must be at most ${maximum}`),
  );
}
