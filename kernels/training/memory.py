"""A file's memory, and merging of files: the writers after the self-decoder.

From n = rms_norm(x) at the end of the self-decoder (keys and values pass a causal convolution of width 4 first, no activation):
- linear  M = Σ_t β_t k_t v_tᵀ, a head. k is L2-normalised and signed (ELU+1 recalls random keys badly), so there is no denominator z: a
          read is RMS-normalised instead. Merge: sum. β = sigmoid(c·n + e).
- delta   the affine map S ↦ P S + N of the delta rule without decay on the same kind of k, v, β. Merge: composition.
- dilated a key (RMS-normalised, no position) and a value for every token, from which readers keep those at growing strides.
          Merge: each file's stride follows from its distance (kernels/dilated-attention/strided-read.ts).
- continuous x̄(t) ≈ Bᵀψ(t): ridge regression of a narrow projection on N Gaussians over the positions scaled to [0, 1]
          (arXiv 2109.00301). Merge: refit.
"""
import torch
from torch import nn

from attention import QK_EPSILON
from convolution import near_identity, short_convolution
from gated_delta import delta_span
from normalise import l2_normalise, rms_norm


def stride_at(distance, span, ratio):
    """The smallest power aˡ of the ratio with distance < span·aˡ."""
    stride = 1
    while distance >= span * stride:
        stride *= ratio
    return stride


def strided_places(files, length, heads, span, ratio):
    """[heads, K]: the positions that each head keeps of `files` files of `length` tokens, oldest file first. A file's stride follows from the
    distance at which it begins, the nearest at 0; at a stride a head keeps p ≡ head (mod stride) from the file's start."""
    kept = [[] for _ in range(heads)]
    for file in range(files):
        stride = stride_at((files - 1 - file) * length, span, ratio)
        for head in range(heads):
            kept[head] += [file * length + p for p in range(head % stride, length, stride)]
    return kept


def gaussian_fit(count, bases, sigma, ridge):
    """G [N, count], B = G X: G = Fᵀ… of the ridge regression, in float64. Basis n: N(t; (n + 0.5)/N, σ²); position i: (i + 0.5)/count."""
    t = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    centre = (torch.arange(bases, dtype=torch.float64) + 0.5) / bases
    psi = torch.exp(-0.5 * ((t[None] - centre[:, None]) / sigma) ** 2) / (sigma * (2 * torch.pi) ** 0.5)  # [N, count]
    return torch.linalg.solve(psi @ psi.t() + ridge * torch.eye(bases, dtype=torch.float64), psi).float()


class MemoryWriter(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.heads = config.memory_heads
        keys, values = self.heads * config.memory_key, self.heads * config.memory_value
        self.widths = [keys, values, keys, values, config.width, config.width, config.continuous_width]
        self.project = nn.Linear(config.width, sum(self.widths), bias=False)
        self.short = near_identity(4, 2 * (keys + values))
        self.gates = nn.Linear(config.width, 2 * self.heads)  # rows: β of the linear heads, then of the delta heads
        nn.init.zeros_(self.gates.bias)

    def forward(self, n):
        """n [B, T, d] → each token's writes."""
        B, T, _ = n.shape
        p = self.project(n)
        bound = 2 * sum(self.widths[:2])
        bindings = short_convolution(p[..., :bound], self.short)
        lk, lv, dk, dv = (z.view(B, T, self.heads, -1).transpose(1, 2).float() for z in bindings.split(self.widths[:4], -1))
        key, value, signal = p[..., bound:].split(self.widths[4:], -1)
        lb, db = torch.sigmoid(self.gates(n).float()).transpose(1, 2).chunk(2, 1)  # [B, H, T]
        key = rms_norm(key.reshape(B, T, self.config.heads, -1), QK_EPSILON)
        return {"linear": (l2_normalise(lk), lv, lb), "delta": (l2_normalise(dk), dv, db), "dilated": (key, value.view(key.shape)), "continuous": signal}


class RestOfBatch(nn.Module):
    """The memory of all other sequences of a batch, for each: files of one package, in cyclic order with the nearest last."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.constants = {}

    def constant(self, B, T, device):
        if (B, T, device) not in self.constants:
            others = torch.tensor([[(i + step) % B for step in range(1, B)] for i in range(B)], device=device)  # [B, B − 1], oldest first
            places = torch.tensor(strided_places(B - 1, T, self.config.heads, self.config.dilated_span, self.config.dilated_ratio), device=device)
            fit = gaussian_fit((B - 1) * T, self.config.continuous_bases, self.config.continuous_sigma, self.config.continuous_ridge).to(device)
            self.constants[B, T, device] = others, places, fit
        return self.constants[B, T, device]

    def forward(self, writes):
        k, v, beta = writes["linear"]
        B, _, T, _ = k.shape
        others, places, fit = self.constant(B, T, k.device)
        M = (beta[..., None] * k).transpose(-1, -2) @ v  # [B, H, dk, dv]
        k, v, beta = writes["delta"]
        P, N = delta_span(k, v, torch.zeros_like(beta), beta, self.config.delta_chunk)
        S = N[others[:, 0]]
        for step in range(1, B - 1):
            S = P[others[:, step]] @ S + N[others[:, step]]

        def sequence(x):  # [B, T, …] → [B, (B − 1)·T, …], the others' tokens one after another
            return x[others].flatten(1, 2)

        head = torch.arange(places.shape[0], device=places.device)[:, None]
        key, value = (sequence(x)[:, places, head] for x in writes["dilated"])  # [B, H, K, dh]
        return {"linear": M.sum(0, keepdim=True) - M, "delta": S, "dilated": (key, value), "continuous": fit.to(writes["continuous"].dtype) @ sequence(writes["continuous"])}
