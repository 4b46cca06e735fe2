/** A random model of a few thousand numbers that can write bytes, as a GGUF file. */
import { metadataOf, smallConfig, tensorsOf, weightsFor } from '../gguf/models.ts';
import { ggufOf } from '../gguf/writer.ts';
import { letterOf } from '../tokens/synthetic.ts';

const control = ['<|endoftext|>', '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'];

export function coderBytes(): Buffer {
  const tokens = [...letterOf, ...control];
  const config = { ...smallConfig, vocabulary: tokens.length };
  return ggufOf(
    {
      ...metadataOf(config),
      'general.name': { string: 'Tiny' },
      'tokenizer.ggml.model': { string: 'gpt2' },
      'tokenizer.ggml.pre': { string: 'qwen2' },
      'tokenizer.ggml.tokens': { strings: tokens },
      'tokenizer.ggml.token_type': { int32s: tokens.map(token => (control.includes(token) ? 3 : 1)) },
      'tokenizer.ggml.merges': { strings: [] },
      'tokenizer.ggml.eos_token_id': { uint32: letterOf.length },
    },
    tensorsOf(config, weightsFor(config)),
  );
}
