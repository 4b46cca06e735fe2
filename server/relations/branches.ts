/**
 * On which way through a function each of its lines lies, by the blocks around it: whether only errors lead there, how
 * many conditions, and whether it is one of several cases. Blocks are found by indentation, in code without comments.
 */

export interface Branch {
  /** Reached only after an error, or where nothing matched. */
  readonly failing: boolean;
  /** Number of conditions around it. */
  readonly conditions: number;
  /** It is one of so many cases. */
  readonly oneOf?: number;
}

interface Block {
  readonly indent: number;
  readonly failing: boolean;
  readonly conditions: number;
  /** Cases of a switch or a chain of conditions. */
  readonly cases: number;
}

/** Cases that are worth a mention. */
const fewestCases = 3;
const [mostAhead, longestLine] = [1200, 400];

const caught = /^\W*(?:catch|except|rescue)\b|\.catch\(\s*(?:async\s*)?(?:\(|function|\w+\s*=>)/;
const failure = [
  // Go, JavaScript, C: the error is there.
  /^\W*(?:else\s+)?if\b.*\b(?:err|error|ex|exception|errno|rc)\b\s*(?:!==?\s*(?:nil|null|NULL|undefined|0)|is not None|\)\s*\{?\s*(?:return|throw|$)|[:{]\s*$|\{)/,
  /^\W*(?:else\s+)?if\b.*(?:\bis_err\(\)|\bErr\(|\.isFailure\b|\.is_none\(\))/,
  // Arms of a Rust or Scala match.
  /(?:^|[\s|(])(?:Err\(.*\)|None|Failure\(.*\)|Left\(.*\))\s*(?:if\b.*)?=>/,
  /^\s*(?:_|default|else)\s*(?:=>|->)/,
];
const negative =
  /^\W*(?:(?:else\s+)?if\s*\(?\s*(?:!|not\b)|unless\b|guard\b)|^\W*if\b.*(?:===?\s*(?:null|undefined|-1|nil|NULL)|\bis None)\b/;
const condition = /^\W*(?:(?:else|elif|elsif|elseif|guard|unless)\b|if\b)/;
const match =
  /(?:^|[\s=(>])(?:match|switch|when|case|select)\b.*(?:\{|:)\s*$|^\s*(?:\w+\s*=\s*)?case\b[^:{]*$/;
/** Starts of a case, other than in Rust, Kotlin and Scala, which write an arrow. */
const label = /^\s*(?:case\b|default\b|when\b|in\b(?!.*\bdo\b)|else\s*$)/;
const arrow = /^\s*[^\s/].*?(?:=>|->)/;

/** Every line without it is as any other on its way. */
const turning =
  /if\b|else|elif|elsif|catch|except|rescue|raise|throw|match|switch|when|case|select|guard|unless|[=-]>/;

/** @returns branches by line number, for the lines that are in any */
export function branchesIn(lines: readonly string[], first: number, last: number): Map<number, Branch> {
  const branches = new Map<number, Branch>();
  const open: Block[] = [];
  /** A condition that goes on over the next lines. */
  let waiting: { readonly indent: number; readonly text: string } | undefined;
  const note = (number: number, isBehind: boolean): void => {
    if (open.length === 0 && !isBehind) return;
    const cases = open.findLast(block => block.cases >= fewestCases)?.cases;
    const branch = {
      failing: isBehind || open.some(block => block.failing),
      conditions: open.reduce((sum, block) => sum + block.conditions, 0),
      ...(cases !== undefined && { oneOf: cases }),
    };
    if (branch.failing || branch.conditions > 0 || cases !== undefined) branches.set(number, branch);
  };
  for (let number = first; number <= Math.min(last, lines.length); number++) {
    const line = lines[number - 1]!;
    if (line.length > longestLine || line.trim() === '') continue;
    const indent = indentOf(line);
    const isLabel = label.test(line);
    let ladder = 0;
    while (open.length > 0) {
      const top = open.at(-1)!;
      const isOwnLabel = isLabel && top.cases > 0 && indent === top.indent;
      if (top.indent < indent || isOwnLabel) break;
      open.pop();
      // The chain goes on.
      if (top.indent === indent && /^\W*(?:else|elif|elsif|elseif)\b/.test(line)) ladder = top.cases;
    }
    if (waiting === undefined && !turning.test(line)) {
      note(number, false);
      continue;
    }
    const isEnd = waiting?.indent === indent && /^\s*\).*[{:]\s*$/.test(line);
    const header = isEnd ? `${waiting!.text} ${line.trim()}` : line;
    if (/\b(?:if|match|switch|when)\b.*[(,&|]\s*$/.test(line)) waiting = { indent, text: line.trimEnd() };
    else if (waiting !== undefined && indent <= waiting.indent) waiting = undefined;
    const isFailing = failure.some(pattern => pattern.test(header));
    const isCaught = caught.test(line);
    const own = isFailing || isCaught || (/\b(?:raise|throw)\b/.test(line) && !/\bthrows\b/.test(line));
    // A condition runs before its block: only what stands behind it on the line fails.
    const isBehind = own && !(isFailing && /^\W*(?:else\s+)?if\b.*[:{]\s*$/.test(header) && !isCaught);
    note(number, isBehind);
    const count = match.test(header)
      ? casesFrom(lines, number, indent)
      : ladder || ladderFrom(lines, number, indent);
    // What happens if something is missing is further off the way.
    const conditions = negative.test(header) ? 2 : condition.test(header) ? 1 : 0;
    if (own || conditions > 0 || count > 0)
      open.push({
        indent,
        failing: isFailing || isCaught,
        conditions,
        cases: count,
      });
  }
  return branches;
}

/** Cases of the switch on a line: labels, or arms at the first one's indentation. */
function casesFrom(lines: readonly string[], header: number, indent: number): number {
  let labels = 0;
  let arms = 0;
  let armIndent: number | undefined;
  for (let at = header; at < Math.min(lines.length, header + mostAhead); at++) {
    const line = lines[at]!;
    if (line.trim() === '') continue;
    const own = indentOf(line);
    if (own < indent || (own === indent && !label.test(line))) break;
    if (/^\s*(?:case|when)\b/.test(line)) labels++;
    armIndent ??= own;
    if (own === armIndent && arrow.test(line)) arms++;
  }
  return labels > 0 ? labels : arms;
}

/** Conditions of a chain of `else if` that starts on a line; 0 unless it is long. */
function ladderFrom(lines: readonly string[], header: number, indent: number): number {
  if (!/^\s*if\b/.test(lines[header - 1]!)) return 0;
  let steps = 1;
  for (let at = header; at < Math.min(lines.length, header + mostAhead); at++) {
    const line = lines[at]!;
    if (line.trim() === '' || indentOf(line) > indent) continue;
    if (indentOf(line) < indent || !/^\W*(?:else|elif|elsif|elseif)\b|^\s*\}\s*$/.test(line)) break;
    if (/\b(?:else\s*if|elif|elsif|elseif)\b/.test(line)) steps++;
  }
  return steps > fewestCases ? steps : 0;
}

function indentOf(line: string): number {
  let columns = 0;
  for (const sign of line) {
    if (sign === ' ') columns++;
    else if (sign === '\t') columns += 4;
    else break;
  }
  return columns;
}
