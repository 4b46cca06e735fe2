/** Rules and warnings for contributors, found under headings that announce them. */
import { type Block, formOf } from './blocks.ts';
import { clip, isEnded, isSentence, plain, type Sentence, sentencesIn } from './prose.ts';

const asking =
  /\b(?:conventions?|pitfalls?|gotchas?|caveats?|guidelines?|(?:coding|code) (?:style|standards?|rules)|style guide|invariants?|best practices|known (?:issues|limitations)|limitations|principles|ground rules|do(?:'?s)? and don'?ts?|don'?t|never|boundaries|warnings?|things to (?:know|remember|avoid)|important (?:notes?|rules)|hard rules|rules|anti-?patterns|common mistakes|troubleshooting)\b|规范|约定|注意|規約|注意事項|주의|соглашения|ограничения/iu;
const perHeading = 5;
const most = 15;

/** @returns items and sentences under such headings, up to the next heading of the same level */
export function conventionsIn(path: string, blocks: readonly Block[]): Sentence[] {
  const form = formOf(path);
  const found: Sentence[] = [];
  for (const [at, heading] of blocks.entries()) {
    if (heading.kind !== 'heading' || !asking.test(heading.lines[0]!)) continue;
    let taken = 0;
    for (const block of blocks.slice(at + 1)) {
      if (block.kind === 'heading' && block.level <= heading.level) break;
      if (taken >= perHeading || found.length >= most) break;
      if (block.kind !== 'item' && block.kind !== 'paragraph') continue;
      const said = sentencesIn(
        block.lines.map(line => plain(line, form)),
        block.line,
      );
      const [first] = said;
      if (first === undefined || /[:：]$/.test(first.text) || !isSentence(first.text)) continue;
      if (block.kind === 'paragraph' && !isEnded(first.text)) continue;
      if (found.some(({ line }) => line === first.line)) continue;
      found.push({ text: clip(first.text), line: first.line });
      taken++;
    }
  }
  return found;
}
