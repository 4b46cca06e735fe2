"""Logits and greedy continuations of a GGUF file by transformers, for `npm run bench -- coder parity`.

python coder-reference.py <file.gguf> <out.json> [prompts]; needs torch, transformers and gguf. The weights are dequantised by the
package gguf and put into Qwen2ForCausalLM (Qwen2 files only).
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

TOKENS = 16
ROOT = Path(__file__).parent.parent.parent
NAMES = {
    "token_embd.": "model.embed_tokens.",
    "output_norm.": "model.norm.",
    "output.": "lm_head.",
}
LAYER_NAMES = {
    "attn_norm.": "input_layernorm.",
    "attn_q.": "self_attn.q_proj.",
    "attn_k.": "self_attn.k_proj.",
    "attn_v.": "self_attn.v_proj.",
    "attn_output.": "self_attn.o_proj.",
    "ffn_norm.": "post_attention_layernorm.",
    "ffn_gate.": "mlp.gate_proj.",
    "ffn_up.": "mlp.up_proj.",
    "ffn_down.": "mlp.down_proj.",
}


def renamed(name: str) -> str:
    prefix = ""
    names = NAMES
    if name.startswith("blk."):
        _, layer, name = name.split(".", 2)
        prefix, names = f"model.layers.{layer}.", LAYER_NAMES
    for theirs, ours in names.items():
        if name.startswith(theirs):
            return prefix + ours + name[len(theirs) :]
    raise ValueError(f"There is no place for {prefix}{name}.")


def load(file: str) -> Qwen2ForCausalLM:
    reader = GGUFReader(file)
    field = lambda key: reader.fields[f"qwen2.{key}"].contents()
    tensors = {}
    for tensor in reader.tensors:
        data = np.asarray(dequantize(tensor.data, tensor.tensor_type), np.float32)
        shape = [int(length) for length in tensor.shape[::-1]]
        tensors[renamed(tensor.name)] = torch.from_numpy(data.reshape(shape).copy())
    tied = "lm_head.weight" not in tensors
    config = Qwen2Config(
        vocab_size=tensors["model.embed_tokens.weight"].shape[0],
        hidden_size=field("embedding_length"),
        intermediate_size=field("feed_forward_length"),
        num_hidden_layers=field("block_count"),
        num_attention_heads=field("attention.head_count"),
        num_key_value_heads=field("attention.head_count_kv"),
        rms_norm_eps=field("attention.layer_norm_rms_epsilon"),
        rope_theta=field("rope.freq_base"),
        rope_parameters={"rope_type": "default", "rope_theta": field("rope.freq_base")},
        tie_word_embeddings=tied,
    )
    with torch.device("meta"):
        model = Qwen2ForCausalLM(config)
    if tied:
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    model.load_state_dict(tensors, strict=True, assign=True)
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    return model.eval()


def main(file: str, out: str, prompts: int) -> None:
    torch.set_grad_enabled(False)
    folder, name = str(Path(file).parent), Path(file).name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = load(file)
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
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 50)
