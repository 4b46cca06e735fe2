/** Questions to an instruction model, in the form of ChatML, which Qwen and SmolLM2 were trained with. */
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';

export interface ChatQuestion {
  /** What the model is to do. */
  readonly instruction: string;
  readonly question: string;
}

/** @returns the prompt's tokens; undefined if the model's vocabulary lacks the form's special tokens */
export function chatPrompt(
  tokenizer: DecoderTokenizer,
  { instruction, question }: ChatQuestion,
): number[] | undefined {
  const [start, end] = ['<|im_start|>', '<|im_end|>'].map(name => tokenizer.specialId(name));
  if (start === undefined || end === undefined) return undefined;
  const lineBreak = tokenizer.encode('\n');
  const turn = (role: string, text: string): number[] => [
    start,
    ...tokenizer.encode(`${role}\n${text}`),
    end,
    ...lineBreak,
  ];
  return [
    ...(tokenizer.begin === undefined ? [] : [tokenizer.begin]),
    ...turn('system', instruction),
    ...turn('user', question),
    start,
    ...tokenizer.encode('assistant\n'),
  ];
}
