/** Finds the special tokens of a code model's vocabulary: fill-in-the-middle, end of text. */
import type { Metadata } from '../gguf/metadata.ts';

/** Ids of fill-in-the-middle tokens: prefix, text before, suffix, text after, middle. */
export interface FillInMiddle {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  /** Precedes a repository's name, if the model has such a token. */
  readonly repository: number | undefined;
  /** Precedes a file's path, if the model has such a token. */
  readonly file: number | undefined;
}

type Role = keyof FillInMiddle;

/** Metadata keys, current ones first, and the models' names for these tokens. */
const roles: Readonly<Record<Role, { readonly keys: readonly string[]; readonly names: readonly string[] }>> =
  {
    prefix: {
      keys: ['fim_pre_token_id', 'prefix_token_id'],
      names: ['<|fim_prefix|>', '<fim_prefix>', '<fim-prefix>', '<｜fim▁begin｜>', '<PRE>'],
    },
    suffix: {
      keys: ['fim_suf_token_id', 'suffix_token_id'],
      names: ['<|fim_suffix|>', '<fim_suffix>', '<fim-suffix>', '<｜fim▁hole｜>', '<SUF>'],
    },
    middle: {
      keys: ['fim_mid_token_id', 'middle_token_id'],
      names: ['<|fim_middle|>', '<fim_middle>', '<fim-middle>', '<｜fim▁end｜>', '<MID>'],
    },
    repository: {
      keys: ['fim_rep_token_id'],
      names: ['<|repo_name|>', '<|fim_repo|>', '<fim-repo>', '<reponame>', '<repo_name>', '<REPO>'],
    },
    file: { keys: ['fim_sep_token_id'], names: ['<|file_sep|>', '<file_sep>', '<file-sep>', '<filename>'] },
  };

const endKeys = ['eos_token_id', 'eot_token_id', 'fim_pad_token_id'];
const endNames = [
  '<|endoftext|>',
  '<|im_end|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<|fim_pad|>',
  '<fim_pad>',
  '<fim-pad>',
  '<|EOT|>',
  '<｜end▁of▁sentence｜>',
];

/** @returns undefined when the vocabulary lacks one of the three required tokens */
export function fillInMiddleOf(
  metadata: Metadata,
  special: ReadonlyMap<string, number>,
  size: number,
): FillInMiddle | undefined {
  const idOf = (role: Role): number | undefined => {
    for (const key of roles[role].keys) {
      const id = idAt(metadata, key, size);
      if (id !== undefined) return id;
    }
    return roles[role].names.map(name => special.get(name)).find(id => id !== undefined);
  };
  const [prefix, suffix, middle] = [idOf('prefix'), idOf('suffix'), idOf('middle')];
  if (prefix === undefined || suffix === undefined || middle === undefined) return undefined;
  return { prefix, suffix, middle, repository: idOf('repository'), file: idOf('file') };
}

/** Tokens that end a generation, including those that start another file. */
export function endsOf(
  metadata: Metadata,
  special: ReadonlyMap<string, number>,
  size: number,
): ReadonlySet<number> {
  const ids = [
    ...endKeys.map(key => idAt(metadata, key, size)),
    ...[...endNames, ...roles.repository.names, ...roles.file.names].map(name => special.get(name)),
  ];
  return new Set(ids.filter(id => id !== undefined));
}

/** The token that starts every sequence, if the model was trained with one. */
export function beginOf(metadata: Metadata, size: number): number | undefined {
  return metadata.boolean('tokenizer.ggml.add_bos_token', false)
    ? idAt(metadata, 'bos_token_id', size)
    : undefined;
}

function idAt(metadata: Metadata, key: string, size: number): number | undefined {
  const name = `tokenizer.ggml.${key}`;
  return metadata.has(name) ? metadata.count(name, 0, size - 1) : undefined;
}
