"""Small models out of the PyTorch reference's blocks, and the one loop that trains them: fixed seed, fixed number of steps, one thread.

A task gives batches (tokens [B, T], targets [B, T], −1 where nothing is asked). Everything that a reproduction finds goes to
standard output as one JSON object a line; what it is doing goes to standard error.
"""
import json
import math
import sys
import time
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import nn

from config import ModelConfig
from model import Layer
from normalise import rms_norm

torch.set_num_threads(1)


class Small(nn.Module):
    """Embedding, layers of the given kinds, head. A kind is a name of `model.MIXERS` or a function of the configuration."""

    def __init__(self, vocabulary, kinds, width=32, heads=2, outputs=None, **sizes):
        super().__init__()
        config = replace(ModelConfig(), vocabulary=vocabulary, width=width, heads=heads, mlp=2 * width, **sizes)
        self.embedding = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(Layer(config, kind) for kind in kinds)
        self.head = nn.Linear(width, outputs or vocabulary, bias=False)
        for name, parameter in self.named_parameters():
            if name.endswith(".weight") and parameter.dim() == 2 and "embedding" not in name:
                nn.init.normal_(parameter, std=0.5 / math.sqrt(parameter.shape[1]))

    def forward(self, tokens):
        x = rms_norm(self.embedding(tokens))
        for layer in self.layers:
            x = layer(x)
        return self.head(rms_norm(x))


SLOW = ("log_step", "log_decay", "frequency", "modes.output", "filter.output", "rate")


def train(model, batch, steps, rate=3e-3, until=None, every=100, say=""):
    """AdamW with a warm-up and a cosine down to a tenth; state-space parameters at a third of the rate and without decay.
    `until(model)` is called every `every` steps and may end the run early. Returns the steps taken and the seconds of processor time."""
    groups = [
        {"params": [p for n, p in model.named_parameters() if n.endswith(SLOW)], "weight_decay": 0.0, "share": 0.33},
        {"params": [p for n, p in model.named_parameters() if not n.endswith(SLOW)], "weight_decay": 0.01, "share": 1.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))
    start = time.process_time()
    for step in range(1, steps + 1):
        scale = min(1.0, step / 50) * (0.1 + 0.45 * (1 + math.cos(math.pi * step / steps)))
        for group in optimizer.param_groups:
            group["lr"] = rate * scale * group["share"]
        tokens, targets = batch()
        loss = F.cross_entropy(model(tokens).flatten(0, 1), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % every == 0:
            print(f"{say} step {step} loss {loss.item():.3f} {time.process_time() - start:.0f} s", file=sys.stderr)
            if until is not None and until(model):
                break
    return step, time.process_time() - start


@torch.no_grad()
def accuracy(model, batch, batches=4):
    """Share of the requested targets that the model predicts."""
    right = asked = 0
    for _ in range(batches):
        tokens, targets = batch()
        there = targets >= 0
        right += int((model(tokens).argmax(-1) == targets)[there].sum())
        asked += int(there.sum())
    return right / asked


def emit(**found):
    print(json.dumps(found), flush=True)
