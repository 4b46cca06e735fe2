"""Logits and greedy continuations of a GGUF file by transformers, for `npm run bench:coder -- parity`.

python coder-reference.py <folder> <file.gguf> <out.json> [prompts]; needs torch, transformers, gguf and accelerate.
"""

import base64
import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOKENS = 16
ROOT = Path(__file__).parent.parent.parent


def main(folder: str, file: str, out: str, prompts: int) -> None:
    torch.set_grad_enabled(False)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    model.eval()
    files = sorted(ROOT.glob("server/*/*.ts"))
    encode = lambda path: tokenizer(path.read_text())["input_ids"]
    ids = encode(files[0])[:96]
    logits = model(torch.tensor([ids])).logits[0]
    positions = [0, 1, len(ids) // 2, len(ids) - 2, len(ids) - 1]
    greedy = []
    for index, path in enumerate(files[:: max(1, len(files) // prompts)][:prompts]):
        all_ids = encode(path)
        start = min(37 * index, len(all_ids) // 2)
        prompt = all_ids[start : start + 40]
        state, step, tokens = None, prompt, []
        for _ in range(TOKENS):
            result = model(torch.tensor([step]), past_key_values=state, use_cache=True)
            state = result.past_key_values
            tokens.append(int(result.logits[0, -1].argmax()))
            step = tokens[-1:]
        greedy.append({"prompt": prompt, "tokens": tokens})
    as_text = lambda row: base64.b64encode(row.numpy().astype("<f4").tobytes()).decode()
    Path(out).write_text(
        json.dumps(
            {
                "ids": ids,
                "positions": positions,
                "logits": [as_text(logits[position]) for position in positions],
                "greedy": greedy,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 50)
