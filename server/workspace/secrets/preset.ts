/** Secretlint's recommended rules, run only if far cheaper searches say that one may match. */
import { isMadeUp } from './placeholder.ts';
import { rules, unusedRules } from './preset-needs.ts';
import { isPublishedSample } from './samples.ts';
import { type SecretVerdict, verdictOn } from './verdict.ts';

const prefix = '@secretlint/secretlint-rule-';

/** Anything shorter is a word that starts like a token. */
const shortest = 16;

/** Characters of a name and its value. */
const longestNamed = 160;

const unused: ReadonlySet<string> = new Set(unusedRules.map(name => prefix + name));

/** Known rules, by Secretlint's names. */
export const knownRules: readonly string[] = [...rules.keys(), ...unusedRules].map(name => prefix + name);

/**
 * Runs the rules.
 * @param path decides which of them apply
 * @param onTurn called after the event loop may have turned
 */
export async function verdictOfPreset(
  path: string,
  text: string,
  onTurn?: () => void,
): Promise<SecretVerdict | undefined> {
  // Loaded for the first file that needs it, seldom an early one.
  const [{ lintSource }, { rules: creators }, { secretLintProfiler }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
    import('@secretlint/profiler'),
  ]);
  onTurn?.();
  // The profiler records every rule run and searches all records each time: a leak in a server.
  secretLintProfiler.mark = () => undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const { messages } = await lintSource({
    source: { filePath: path, content: text, ext: dot < 0 ? '' : name.slice(dot), contentType: 'text' },
    options: {
      config: {
        rules: creators.filter(({ meta }) => !unused.has(meta.id)).map(rule => ({ id: rule.meta.id, rule })),
      },
      noPhysicFilePath: true,
      maskSecrets: true,
    },
  });
  const real = messages.find(({ range: [start, end] }) => {
    const found = text.slice(start, end);
    return found.length >= shortest && !isMadeUp(found) && !isPublishedSample(valueAt(text, start));
  });
  if (real === undefined) return undefined;
  return verdictOn(rules.get(real.ruleId.slice(prefix.length)) ?? 'a secret', real.loc.start.line);
}

/** The value of a name, if there is one: some rules report the name, and only some of the value. */
function valueAt(text: string, start: number): string {
  const whole = text.slice(start, start + longestNamed);
  return /[:=][ \t]{0,8}["']?([\w/+=.~-]{16,})/.exec(whole)?.[1] ?? whole;
}
