/** A problem with a GGUF file; the message names the file. */
export class GgufError extends Error {
  override readonly name = 'GgufError';
}
