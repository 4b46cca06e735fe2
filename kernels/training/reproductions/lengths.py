"""Loss on code by length: dense attention trained short, dilated and windowed attention trained longer on as many bytes, asked at all lengths.

    python lengths.py

An eighth of LongNet's lengths (arXiv 2307.02486, table 1): 256, 1,024 and 4,096 bytes for 2k, 8k and 32k tokens. The text is this repository's own
TypeScript, byte by byte; every eighth file is held out.
"""
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import model as twin
from attention import WindowAttention, attend
from small import Small, emit, train

LEVELS = [(64, 1), (256, 4), (1024, 16), (4096, 64)]


def seen_counts(length, heads, levels):
    """[H, T, T]: at how many levels (w, r) token t sees token s, of one segment and both ≡ head (mod r). Mixing levels by their denominators is
    attention in which a key counts once for each level that has it."""
    t = torch.arange(length)
    causal = t[None] <= t[:, None]
    counts = torch.zeros(heads, length, length)
    for segment, rate in levels:
        together = (t[None] // segment == t[:, None] // segment) & causal
        for head in range(heads):
            kept = t % rate == head % rate
            counts[head] += together & kept[None] & kept[:, None]
    return counts


class Dilated(WindowAttention):
    """LongNet's dilated attention, by a matrix of counts: for training lengths, where the pattern matters and not its speed."""

    def __init__(self, config):
        super().__init__(config, 0)
        self.bias = {}

    def forward(self, x, memory=None):
        q, k, v, _ = self.heads_of(x)
        length = x.shape[1]
        if length not in self.bias:
            self.bias = {length: torch.log(seen_counts(length, self.heads, LEVELS))}
        return self.out(attend(q, k, v, self.bias[length]).transpose(1, 2).reshape(x.shape))


twin.MIXERS["longnet"] = Dilated
twin.MIXERS["window_64"] = lambda config: WindowAttention(config, 64)


def corpus():
    root = Path(__file__).resolve().parents[3]
    files = sorted(p for folder in ("server", "kernels", "extension") for p in (root / folder).rglob("*.ts"))
    texts = [p.read_bytes() + b"\0" for p in files]
    held = b"".join(text for i, text in enumerate(texts) if i % 8 == 0)
    rest = b"".join(text for i, text in enumerate(texts) if i % 8 != 0)
    return (torch.frombuffer(bytearray(data), dtype=torch.uint8).long() for data in (rest, held))


def windows(data, batch, length, generator):
    at = torch.randint(len(data) - length - 1, (batch,), generator=generator)
    rows = torch.stack([data[i : i + length + 1] for i in at])
    return rows[:, :-1], rows[:, 1:]


@torch.no_grad()
def perplexity(net, data, length, count):
    """Of bytes, over `count` windows evenly spaced over the held-out text."""
    nats = 0.0
    for i in range(count):
        at = i * (len(data) - length - 1) // count
        row = data[at : at + length + 1]
        nats += F.cross_entropy(net(row[None, :-1])[0], row[1:]).item() / count
    return math.exp(nats)


def main(steps=300):
    rest, held = corpus()
    for kind, trained in (("attention", 256), ("longnet", 1024), ("window_64", 1024)):
        torch.manual_seed(1)
        drawing = torch.Generator().manual_seed(1)
        net = Small(256, [kind, kind], width=64)
        taken, seconds = train(net, lambda: windows(rest, 4096 // trained, trained, drawing), steps, say=kind, every=50)
        found = {str(length): perplexity(net, held, length, 16384 // length) for length in (256, 1024, 4096)}
        emit(part="loss", kind=kind, trained=trained, steps=taken, seconds=round(seconds, 1), perplexity=found)


if __name__ == "__main__":
    if "quick" in sys.argv[1:]:
        sys.exit("the quick form does not train")
    main()
