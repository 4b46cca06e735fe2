/** Decodes bytes, and detects those that are not text. */

import { isAscii, isUtf8 } from 'node:buffer';
import type { Verdict } from '../protocol/verdict.ts';

export interface Decoded {
  readonly text: string;
  /** A sentence for the user if the encoding was a guess. */
  readonly note?: string;
}

/** Bytes that git searches for a zero byte to classify a file as binary. */
const looked = 8000;

/**
 * With a larger share of non-ASCII bytes, a file that is not UTF-8 is more likely in another script than in
 * Windows-1252.
 */
const largestShareOfGuess = 0.1;

export function decode(bytes: Uint8Array): Decoded | Verdict {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = utf16Of(buffer);
  if (wide !== undefined) return { text: new TextDecoder(wide).decode(buffer) };
  if (buffer.subarray(0, looked).includes(0)) return { reason: 'binary', detail: 'It holds NUL bytes.' };
  if (isPortableDocument(buffer)) return { reason: 'binary', detail: 'It is a PDF or PostScript document.' };
  if (isAscii(buffer)) return isMostlyText(buffer) ? { text: buffer.toString('latin1') } : controls;
  if (isUtf8(buffer)) return { text: buffer.toString('utf8', hasUtf8Mark(buffer) ? 3 : 0) };
  if (!isMostlyText(buffer)) return controls;
  if (shareOutsideAscii(buffer) > largestShareOfGuess)
    return {
      reason: 'encoding',
      detail: 'It is text in an encoding other than UTF-8 and UTF-16. Save it as UTF-8 to include it.',
    };
  return {
    text: new TextDecoder('windows-1252').decode(buffer),
    note: 'It is not valid UTF-8 and was read as Windows-1252.',
  };
}

const controls: Verdict = { reason: 'binary', detail: 'It holds many control characters.' };

/** May consist of characters, but holds pages, not text. */
function isPortableDocument(buffer: Buffer): boolean {
  return /^%(PDF-|!PS)/.test(buffer.toString('latin1', 0, 5));
}

function utf16Of(buffer: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (buffer.length < 2 || buffer.length % 2 !== 0) return undefined;
  if (buffer[0] === 0xff && buffer[1] === 0xfe)
    return buffer[2] === 0 && buffer[3] === 0 ? undefined : 'utf-16le';
  return buffer[0] === 0xfe && buffer[1] === 0xff ? 'utf-16be' : undefined;
}

function hasUtf8Mark(buffer: Buffer): boolean {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
}

/** At most one control character in fifty, not counting white space and escape sequences. */
function isMostlyText(buffer: Buffer): boolean {
  const end = Math.min(buffer.length, looked);
  let count = 0;
  for (let at = 0; at < end; at++) {
    const byte = buffer[at]!;
    if (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) count++;
  }
  return count * 50 <= end;
}

function shareOutsideAscii(buffer: Buffer): number {
  let count = 0;
  for (const byte of buffer) if (byte >= 0x80) count++;
  return count / buffer.length;
}
