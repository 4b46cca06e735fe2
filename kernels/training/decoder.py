"""A pretrained decoder of the Llama family (Llama, Qwen2) from a GGUF file, frozen, with adapters and far keys of its own.

The equations are those of `../decoder/reference.ts`: x += attention(norm(x)), x += MLP(norm(x)), RMS norms, rotary positions in halves,
query heads that share key heads. What is added here is what `strides.py` trains:

- low-rank adapters (LoRA, arXiv 2106.09685) of queries, keys and values: W + (α/r)·B·A, B zero at first,
- a gate a head in each layer: a number added to the score of every far key, zero at first (e^gate scales a far key's weight).

Reading a file needs the packages `gguf` and `transformers` (its tokenizer).
"""
import math
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from attention import rotate
from normalise import rms_norm


@dataclass
class DecoderConfig:
    vocabulary: int
    width: int
    layers: int
    heads: int
    key_heads: int
    head_width: int
    mlp: int
    epsilon: float = 1e-6
    rotary_base: float = 1e6


def frozen(rows, columns, bias=False):
    linear = nn.Linear(columns, rows, bias=bias)
    return linear.requires_grad_(False)


ADAPTER_SCALE = 2.0  # α / r


class Adapted(nn.Module):
    """A frozen linear map beside a low-rank one. With scale 0 only the frozen one is left."""

    def __init__(self, rows, columns, bias, rank):
        super().__init__()
        self.base = frozen(rows, columns, bias)
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.scale = ADAPTER_SCALE

    def forward(self, x):
        return self.base(x) + self.scale * F.linear(F.linear(x, self.down), self.up)


class DecoderLayer(nn.Module):
    def __init__(self, config, rank, bias):
        super().__init__()
        c, self.config = config, config
        self.attention_gain = nn.Parameter(torch.ones(c.width), requires_grad=False)
        self.query = Adapted(c.heads * c.head_width, c.width, bias, rank)
        self.key = Adapted(c.key_heads * c.head_width, c.width, bias, rank)
        self.value = Adapted(c.key_heads * c.head_width, c.width, bias, rank)
        self.output = frozen(c.width, c.heads * c.head_width)
        self.far_gate = nn.Parameter(torch.zeros(c.heads))
        self.mlp_gain = nn.Parameter(torch.ones(c.width), requires_grad=False)
        self.gate, self.up, self.down = frozen(c.mlp, c.width), frozen(c.mlp, c.width), frozen(c.width, c.mlp)

    def forward(self, x, angles, seen, far):
        """x [T, d]; seen: bool [K, T, T] for each key head, who sees whom; far: bool [T, T], which of those pairs are of a far key."""
        c = self.config
        h = rms_norm(x, c.epsilon) * self.attention_gain
        q, k, v = (p(h).view(len(x), -1, c.head_width).transpose(0, 1) for p in (self.query, self.key, self.value))
        q, k = rotate(q, *angles), rotate(k, *angles)
        share = c.heads // c.key_heads
        k, v = (z.repeat_interleave(share, 0) for z in (k, v))
        scores = (self.far_gate[:, None, None] * far).masked_fill(~seen.repeat_interleave(share, 0), float("-inf"))
        read = F.scaled_dot_product_attention(q, k, v, attn_mask=scores)
        x = x + self.output(read.transpose(0, 1).reshape(len(x), -1))
        h = rms_norm(x, c.epsilon) * self.mlp_gain
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Decoder(nn.Module):
    def __init__(self, config, rank=8, bias=True):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width).requires_grad_(False)
        self.layers = nn.ModuleList(DecoderLayer(config, rank, bias) for _ in range(config.layers))
        self.gain = nn.Parameter(torch.ones(config.width), requires_grad=False)
        self.head = None  # tied to the embedding

    def forward(self, ids, seen, far, wanted, positions=None):
        """Logits [n, V] at the places `wanted` of ids [T]. Without `positions` a token's place is its position."""
        c = self.config
        positions = torch.arange(len(ids), device=ids.device) if positions is None else positions
        half = c.head_width // 2
        angle = positions[:, None] * c.rotary_base ** (-torch.arange(half, device=ids.device) / half)
        angles = angle.cos(), angle.sin()
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, angles, seen, far)
        x = rms_norm(x[wanted], c.epsilon) * self.gain
        return F.linear(x, self.embedding.weight if self.head is None else self.head)

    def adapters(self):
        """What is trained, by name."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}

    def without_adapters(self, off=True):
        """The model as it was pretrained; gates stay as they are, and are zero until trained."""
        for module in self.modules():
            if isinstance(module, Adapted):
                module.scale = 0.0 if off else ADAPTER_SCALE
        return self


def interleaved_to_halves(rows, head_width):
    """GGUF's llama files pair neighbours 2i and 2i + 1 of a head; here i pairs with i + dh/2."""
    return rows.reshape(-1, head_width // 2, 2, *rows.shape[1:]).transpose(1, 2).reshape(rows.shape)


def open_decoder(file, rank=8):
    """(Decoder, tokenizer of transformers) from a GGUF file. Raises ValueError for an architecture that it does not know."""
    from gguf import GGUFReader, dequantize
    from transformers import AutoTokenizer

    reader = GGUFReader(file)
    architecture = reader.fields["general.architecture"].contents()
    if architecture not in ("qwen2", "llama"):
        raise ValueError(f"{file} is of architecture {architecture}; qwen2 and llama are known")
    field = lambda key, otherwise=None: (reader.fields[f"{architecture}.{key}"].contents() if f"{architecture}.{key}" in reader.fields else otherwise)  # noqa: E731

    def read(tensor):
        shape = [int(length) for length in tensor.shape[::-1]]
        return torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).astype("float32").reshape(shape))

    tensors = {tensor.name: tensor for tensor in reader.tensors}
    heads, width = field("attention.head_count"), field("embedding_length")
    config = DecoderConfig(
        vocabulary=int(tensors["token_embd.weight"].shape[1]),
        width=width,
        layers=field("block_count"),
        heads=heads,
        key_heads=field("attention.head_count_kv"),
        head_width=field("attention.key_length", width // heads),
        mlp=field("feed_forward_length"),
        epsilon=field("attention.layer_norm_rms_epsilon"),
        rotary_base=field("rope.freq_base", 1e4),
    )
    model = Decoder(config, rank, bias="blk.0.attn_q.bias" in tensors)
    places = {"attn_norm.weight": "attention_gain", "ffn_norm.weight": "mlp_gain", "attn_output.weight": "output.weight"}
    places |= {f"attn_{short}.{kind}": f"{name}.base.{kind}" for short, name in (("q", "query"), ("k", "key"), ("v", "value")) for kind in ("weight", "bias")}
    places |= {f"ffn_{name}.weight": f"{name}.weight" for name in ("gate", "up", "down")}
    state = {"embedding.weight": read(tensors["token_embd.weight"]), "gain": read(tensors["output_norm.weight"])}
    for layer in range(config.layers):
        for theirs, ours in places.items():
            tensor = tensors.get(f"blk.{layer}.{theirs}")
            if tensor is None:
                continue
            value = read(tensor)
            if architecture == "llama" and theirs.startswith(("attn_q.", "attn_k.")):
                value = interleaved_to_halves(value, config.head_width)
            state[f"layers.{layer}.{ours}"] = value
    missing, unknown = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if name not in model.adapters()]
    if missing or unknown:
        raise ValueError(f"{file} lacks {missing[:3]}, and {unknown[:3]} have no place")
    if "output.weight" in tensors:
        model.head = read(tensors["output.weight"])
    tokenizer = AutoTokenizer.from_pretrained(str(Path(file).parent), gguf_file=Path(file).name)
    return model, tokenizer
