"""Writes coder-weights.json: what the Python packages gguf and tokenizers make of the models that `npm run test:models` fetches.

    pip install gguf==0.19.0 tokenizers==0.23.3 && python test/golden/coder-weights.py <file.gguf> ...

Of every tensor of at most ten million numbers the SHA-256 of its float32 numbers; the digest is that of all "name sha256\n" in the file's order.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

LARGEST = 10_000_000
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLITS = {
    "qwen2": [pre_tokenizers.Split(Regex(WORDS), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)],
    "smollm": [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)],
}
TEXTS = [
    "export function sum(values: readonly number[]): number {\n  return values.reduce((a, b) => a + b, 0);\n}\n",
    "def main():\n\tfor i in range(0, 1234567):\r\n\t\tprint(f'{i:>5}')\n\n\n",
    "   leading, trailing   \n\n   \t \n",
    "<|im_start|>system<|im_end|> <|endoftext|> <|fim_prefix|>x<|fim_middle|>",
    "Grüße, 日本語のテキスト, 한국어, العربية ١٢٣, 🙂👩‍👩‍👧, e\u0301 \u00a0\u2028\u3000½",
    "#include <stdio.h>\nint main(void) { return 0x1F + 07 * 1e-9; } // it's DON'T we'll\n",
    "\u0000\u0001\u0004\u001b[0m\ufeff\ufffd",
]


def strings(reader, key):
    field = reader.fields[key]
    return [bytes(field.parts[i]).decode() for i in field.data]


golden = {}
for file in map(pathlib.Path, sys.argv[1:]):
    reader = GGUFReader(file)
    digest = hashlib.sha256()
    for tensor in reader.tensors:
        if tensor.n_elements <= LARGEST:
            numbers = np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type).astype("<f4"))
            digest.update(f"{tensor.name} {hashlib.sha256(numbers.tobytes()).hexdigest()}\n".encode())
    vocabulary = {}
    for token in strings(reader, "tokenizer.ggml.tokens"):
        vocabulary.setdefault(token, len(vocabulary))
    merges = [tuple(merge.split(" ", 1)) for merge in strings(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    (pre,) = strings(reader, "tokenizer.ggml.pre")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(SPLITS[pre])
    golden[file.name] = {
        "tensors": digest.hexdigest(),
        "texts": [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS],
    }
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(golden, indent=2) + "\n")
