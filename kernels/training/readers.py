"""The blocks of the cross-decoder that read the repository's memory, each beside attention over a window of the file itself.

With no memory each equals its own local part: a repository of one file is not a special case.
- Infini   (arXiv 2404.07143) heads o = rms_norm(q̂ᵀ M) with q̂ L2-normalised, times a gate sigmoid(γ) a head, over the linear and the
           delta memory; beside the local heads, into one output projection.
- Dilated  (LongNet, arXiv 2307.02486) one softmax over the local window and the kept keys; those have no position, so q is unrotated for them.
- Continuous (∞-former, arXiv 2109.00301) s = K q/√dk over the N bases, μ = σ(w_μ·s), σ² = softplus(w_σ·s) + 1e-4,
           r_n = N(μ; μ_n, σ² + σ_n²), o = Vᵀ r / Σ r; K = B W_K, V = B W_V.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from attention import WindowAttention, attend, window_mask
from normalise import l2_normalise, rms_norm


class InfiniRead(WindowAttention):
    def __init__(self, config):
        super().__init__(config, config.reader_window)
        self.memory_heads = config.memory_heads
        keys, values = 2 * self.memory_heads * config.memory_key, 2 * self.memory_heads * config.memory_value
        self.query = nn.Linear(config.width, keys, bias=False)
        self.gate = nn.Parameter(torch.zeros(2 * self.memory_heads))  # γ: the linear heads', then the delta heads'
        self.read_out = nn.Linear(values, config.width, bias=False)

    def forward(self, x, memory=None):
        y = self.out(self.local(x))
        if memory is None:
            return y
        B, T, _ = x.shape
        q = l2_normalise(self.query(x).view(B, T, 2 * self.memory_heads, -1).transpose(1, 2).float())
        both = torch.cat([memory["linear"], memory["delta"]], 1)  # [B, 2H, dk, dv]
        read = rms_norm(q @ both) * torch.sigmoid(self.gate)[:, None, None]
        return y + self.read_out(read.to(x.dtype).transpose(1, 2).reshape(B, T, -1))


class DilatedRead(WindowAttention):
    def __init__(self, config):
        super().__init__(config, config.reader_window)

    def forward(self, x, memory=None):
        if memory is None:
            return super().forward(x)
        q, k, v, plain = self.heads_of(x)
        B, T, _ = x.shape
        key, value = memory["dilated"]
        kept = key.shape[2]
        # One softmax over two kinds of keys: local ones meet the rotated half of a doubled query, kept ones the plain half.
        q = torch.cat([q, plain], -1)
        k = torch.cat([F.pad(k, (0, k.shape[-1])), F.pad(key, (key.shape[-1], 0))], 2)
        mask = F.pad(window_mask(T, self.window, x.device), (0, kept)) + F.pad(memory["closed"].expand(T, kept), (T, 0))
        y = attend(q, k, F.pad(torch.cat([v, value], 2), (0, v.shape[-1])), mask)[..., : v.shape[-1]]
        return self.out(y.transpose(1, 2).reshape(B, T, -1))


class ContinuousRead(WindowAttention):
    def __init__(self, config):
        super().__init__(config, config.reader_window)
        self.continuous_heads, self.sigma = config.continuous_heads, config.continuous_sigma
        c = config.continuous_width
        self.query = nn.Linear(config.width, c, bias=False)
        self.key_value = nn.Linear(c, 2 * c, bias=False)
        self.location = nn.Linear(config.continuous_bases, 2)  # w_μ and w_σ with their biases, shared by the heads
        self.read_out = nn.Linear(c, config.width, bias=False)
        self.register_buffer("centre", (torch.arange(config.continuous_bases) + 0.5) / config.continuous_bases, persistent=False)

    def forward(self, x, memory=None):
        y = self.out(self.local(x))
        if memory is None:
            return y
        B, T, _ = x.shape

        def heads(z):
            return z.view(B, z.shape[1], self.continuous_heads, -1).transpose(1, 2).float()

        q = rms_norm(heads(self.query(x)))
        k, v = (heads(z) for z in self.key_value(memory["continuous"]).chunk(2, -1))
        scores = q @ rms_norm(k).transpose(-1, -2) / math.sqrt(q.shape[-1])  # [B, H, T, N]
        location = self.location(scores)
        mean, variance = torch.sigmoid(location[..., :1]), F.softplus(location[..., 1:]) + 1e-4 + self.sigma**2
        density = torch.exp(-0.5 * (mean - self.centre) ** 2 / variance)  # r_n up to a factor that the division removes
        read = (density @ v) / (density.sum(-1, keepdim=True) + 1e-6)
        return y + memory["open"] * self.read_out(read.to(x.dtype).transpose(1, 2).reshape(B, T, -1))
