/** What is wrong with a GGUF file, in a sentence that names the file. */
export class GgufError extends Error {
  override readonly name = 'GgufError';
}
