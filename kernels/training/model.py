"""The PyTorch reference: self-decoder (file scope) → memory writers → cross-decoder (reads the rest of the repository) → tied head.

Every layer is x += mixer(rms_norm(x)), x += W₂ relu(W₁ rms_norm(x))². The stream starts as rms_norm(E[token]); heads read
rms_norm(x). The auxiliary head after the self-decoder shares E.
"""
import math

import torch
from torch import nn

from attention import WindowAttention
from gated_delta import GatedDelta
from h3 import H3
from head import capped_logits, loss, token_losses
from hyena import Hyena
from memory import MemoryWriter, RestOfBatch
from normalise import rms_norm
from readers import ContinuousRead, DilatedRead, InfiniRead

MIXERS = {
    "hyena_short": lambda c: Hyena(c, "short"),
    "hyena_medium": lambda c: Hyena(c, "medium"),
    "hyena_long": lambda c: Hyena(c, "long"),
    "h3": H3,
    "gated_delta": GatedDelta,
    "window": WindowAttention,
    "attention": lambda c: WindowAttention(c, 0),
    "infini": InfiniRead,
    "dilated": DilatedRead,
    "continuous": ContinuousRead,
}


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.up = nn.Linear(config.width, config.mlp, bias=False)
        self.down = nn.Linear(config.mlp, config.width, bias=False)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)).square())


class Layer(nn.Module):
    def __init__(self, config, kind):
        super().__init__()
        self.mixer = MIXERS[kind](config)
        self.mlp = Mlp(config)

    def forward(self, x, memory=None):
        x = x + self.mixer(rms_norm(x), memory)
        return x + self.mlp(rms_norm(x))


class Longsight(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.self_decoder = nn.ModuleList(Layer(config, kind) for kind in config.self_decoder)
        self.writer = MemoryWriter(config)
        self.rest_of_batch = RestOfBatch(config)
        self.cross_decoder = nn.ModuleList(Layer(config, kind) for kind in config.cross_decoder)
        self.reads = any(kind in ("infini", "dilated", "continuous") for kind in config.cross_decoder)
        self.initialise()

    def initialise(self):
        nn.init.normal_(self.embedding.weight, std=0.02)
        for name, parameter in self.named_parameters():
            if name.endswith(("out.weight", "down.weight")):  # also read_out: every block starts as the identity
                nn.init.zeros_(parameter)
            elif name.endswith(".weight") and "embedding" not in name and "location" not in name:
                nn.init.normal_(parameter, std=0.5 / math.sqrt(parameter.shape[1]))

    def read(self, tokens):
        """Self-decoder: tokens [B, T] → the stream [B, T, d]."""
        x = rms_norm(self.embedding(tokens))
        for layer in self.self_decoder:
            x = layer(x)
        return x

    def decode(self, x, memory=None):
        """Cross-decoder: the stream of one file and the memory of the others → rms_norm of the last stream."""
        for layer in self.cross_decoder:
            x = layer(x, memory)
        return rms_norm(x)

    def trunk(self, tokens, opened, strided=None):
        """(self-decoder's output, final output), both normalised. `opened`: 1 reads the rest of the batch, 0 closes the memory; a tensor, so
        that one compiled program serves both, or None, which skips the work. `strided`: the same for the strided read alone."""
        x = self.read(tokens)
        n = rms_norm(x)
        memory = None
        if self.reads and tokens.shape[0] > 1 and opened is not None:
            memory = self.rest_of_batch(self.writer(n))
            memory["linear"], memory["delta"] = memory["linear"] * opened, memory["delta"] * opened
            keys = opened if strided is None else opened * strided
            memory["closed"], memory["open"] = (keys - 1) * 1e9, opened
        return n, self.decode(x, memory)

    def loss(self, n, h, targets, weights, auxiliary=0.25, stride=8):
        """Loss of the final head, plus `auxiliary` times the self-decoder's on every stride-th token."""
        E, cap = self.embedding.weight, self.config.soft_cap
        h, n, targets, weights = h.flatten(0, 1), n.flatten(0, 1), targets.flatten(), weights.flatten()
        total = loss(h, E, targets, weights / weights.sum(), cap)
        if auxiliary and self.cross_decoder:
            start = int(torch.randint(stride, ()))
            some = weights[start::stride]
            total = total + auxiliary * loss(n[start::stride].contiguous(), E, targets[start::stride], some / some.sum().clamp_min(1), cap)
        return total

    def nats(self, n_or_h, targets):
        return token_losses(n_or_h.flatten(0, 1), self.embedding.weight, targets.flatten(), self.config.soft_cap).view(targets.shape)

    def logits(self, h):
        return capped_logits(h, self.embedding.weight, self.config.soft_cap)

    def sizes(self):
        total = sum(p.numel() for p in self.parameters())
        return {"parameters": total, "embedding": self.embedding.weight.numel(), "blocks": total - self.embedding.weight.numel()}
