/** Fits Go's `return` statements to the results of the function around them. */

/** Results of a function: their types, and whether they have names, so that a bare `return` is enough. */
export interface Results {
  readonly types: readonly string[];
  readonly areNamed: boolean;
}

/**
 * The results of the function that the text ends in, by the last `func` whose body is open.
 * @param above the lines above the cursor's
 * @returns undefined outside functions, or where the declaration spans lines
 */
export function resultsAt(above: string): Results | undefined {
  const lines = above.slice(-longestFunction).split('\n');
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines.reverse()) {
    if (line.trim() === '') continue;
    const depth = /^\t*/.exec(line)![0].length;
    if (depth >= least) continue;
    least = depth;
    const header = /\bfunc\b(.*)\{\s*$/.exec(line)?.[1];
    if (header !== undefined) return resultsOf(header);
    if (depth === 0) return undefined;
  }
  return undefined;
}

const longestFunction = 8192;

/** @param header from the keyword to the body: name, receiver, parameters and results */
function resultsOf(header: string): Results | undefined {
  let at = 0;
  // Receiver and parameters: a name between two lists means that the first is the receiver.
  const first = afterBrackets(header, header.indexOf('('));
  if (first === undefined) return undefined;
  at = first;
  const isReceiver = /^\s*\(/.test(header) && /^\s*\w+(?:\[.*?\])?\s*\(/.test(header.slice(first));
  if (isReceiver) {
    const second = afterBrackets(header, header.indexOf('(', first));
    if (second === undefined) return undefined;
    at = second;
  }
  const results = header.slice(at).trim();
  if (results === '') return { types: [], areNamed: false };
  if (!results.startsWith('(')) return { types: [results], areNamed: false };
  if (!results.endsWith(')')) return undefined;
  const parts = splitList(results.slice(1, -1));
  const areNamed = parts.some(
    part => /^\w+\s+\S/.test(part) && !/^(?:chan|func|map|struct|interface)\b/.test(part),
  );
  if (!areNamed) return { types: parts, areNamed };
  // `a, b int` gives both the type of the last.
  const types: string[] = [];
  for (const part of parts.reverse()) types.unshift(/^\w+\s+(.+)$/.exec(part)?.[1] ?? types[0] ?? part);
  return { types, areNamed };
}

/**
 * A `return` line from elsewhere as it has to be in a function with these results.
 * @param line without indentation
 * @returns the line, with other zero values beside its error if need be; undefined if it cannot be right here
 */
export function fitReturn(line: string, { types, areNamed }: Results): string | undefined {
  const returned = /^return\b(.*)$/.exec(line)?.[1];
  // Values that go on below, or a comment behind them, are not counted.
  if (returned === undefined || /[{([,]\s*$|\/\//.test(returned)) return line;
  const values = splitList(returned);
  if (values.length === types.length) return line;
  if (values.length === 0) return areNamed ? line : undefined;
  // A call may give all results.
  if (values.length === 1 && types.length > 1 && values[0]!.endsWith(')') && !isError(values[0]!))
    return line;
  const last = values.at(-1)!;
  const zeros = types.slice(0, -1).map(zeroOf);
  if (types.at(-1) !== 'error' || !isError(last) || zeros.includes(undefined)) return undefined;
  return `return ${[...zeros, last].join(', ')}`;
}

function isError(value: string): boolean {
  return /^(?:err\w*|\w*Err|fmt\.Errorf\(.*\)|errors\.\w+\(.*\))$/.test(value);
}

function zeroOf(type: string): string | undefined {
  if (/^(?:[*[]|map\b|chan\b|<-|func\b|interface\b|any$|error$)/.test(type)) return 'nil';
  if (type === 'string') return '""';
  if (type === 'bool') return 'false';
  return /^(?:u?int(?:8|16|32|64)?|uintptr|float(?:32|64)|byte|rune)$/.test(type) ? '0' : undefined;
}

/** The parts of a list between commas outside brackets and strings, without white space around them. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if ('"`\''.includes(char)) {
      for (i++; i < text.length && text[i] !== char; i++) if (text[i] === '\\' && char !== '`') i++;
    } else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map(part => part.trim()).filter(part => part !== '');
}

/** The offset after the bracket that closes the one at `start`. */
function afterBrackets(text: string, start: number): number | undefined {
  if (start < 0) return undefined;
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if ('([{'.includes(text[i]!)) depth++;
    else if (')]}'.includes(text[i]!) && --depth === 0) return i + 1;
  }
  return undefined;
}
