"""The gated delta rule (arXiv 2412.06464), chunked; mirrors kernels/gated-delta.

For every head: S ← α S, S ← S + β k (v − Sᵀk)ᵀ, o = Sᵀq, with q and k L2-normalised as x/√(Σx² + 1e-6), α = exp(g), g ≤ 0.
Here g = −exp(rate)·softplus(a·x + b) a head, β = sigmoid(c·x + e) a head; q, k and v pass a causal convolution of width 4 and a
SiLU first; the output is RMS-normalised a head. The solve and the state are in fp32.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from convolution import near_identity, short_convolution
from normalise import l2_normalise, rms_norm


def chunk_terms(k, v, log_decay, beta, chunk):
    """The terms of every chunk that do not depend on the carried state: (k, decay from the chunk's start, U, W, matrix of decays).

    k [B, H, T, dk] normalised, v [B, H, T, dv], log_decay and beta [B, H, T].
    """
    B, H, T, _ = k.shape
    n = T // chunk
    k, v = k.reshape(B, H, n, chunk, -1), v.reshape(B, H, n, chunk, -1)
    g = log_decay.reshape(B, H, n, chunk).cumsum(-1)
    beta = beta.reshape(B, H, n, chunk, 1)
    lower = torch.ones(chunk, chunk, dtype=torch.bool, device=k.device).tril()
    # exp(g_i − g_j) for j ≤ i as one exponential: separate factors overflow.
    decays = torch.exp((g[..., :, None] - g[..., None, :]).masked_fill(~lower, float("-inf")))
    system = (beta * (k @ k.transpose(-1, -2)) * decays).tril(-1) + torch.eye(chunk, device=k.device)
    solved = torch.linalg.solve_triangular(system, torch.cat([beta * v, beta * torch.exp(g)[..., None] * k], -1), upper=False, unitriangular=True)
    U, W = solved.split([v.shape[-1], k.shape[-1]], -1)
    return k, g, U, W, decays


def gated_delta(q, k, v, log_decay, beta, chunk, state=None):
    """→ output [B, H, T, dv], state [B, H, dk, dv]. T is a multiple of the chunk."""
    B, H, T, _ = q.shape
    k, g, U, W, decays = chunk_terms(k, v, log_decay, beta, chunk)
    q = q.reshape(k.shape)
    S = torch.zeros(B, H, k.shape[-1], U.shape[-1], device=q.device) if state is None else state
    inner = (q @ k.transpose(-1, -2)) * decays
    q_in = q * torch.exp(g)[..., None]
    k_out = k * torch.exp(g[..., -1:] - g)[..., None]
    total = torch.exp(g[..., -1])[..., None, None]
    outputs = []
    for c in range(T // chunk):
        change = U[:, :, c] - W[:, :, c] @ S  # [B, H, C, dv]
        outputs.append(q_in[:, :, c] @ S + inner[:, :, c] @ change)
        S = total[:, :, c] * S + k_out[:, :, c].transpose(-1, -2) @ change
    return torch.stack(outputs, 2).view(B, H, T, -1), S


def delta_span(k, v, log_decay, beta, chunk):
    """The tokens' effect on any state, S ↦ P S + N: P [B, H, dk, dk], N [B, H, dk, dv]."""
    k, g, U, W, _ = chunk_terms(k, v, log_decay, beta, chunk)
    dk = k.shape[-1]
    k_out = (k * torch.exp(g[..., -1:] - g)[..., None]).transpose(-1, -2)
    steps = torch.exp(g[..., -1])[..., None, None] * torch.eye(dk, device=k.device) - k_out @ W  # [B, H, n, dk, dk]
    adds = k_out @ U
    P, N = steps[:, :, 0], adds[:, :, 0]
    for c in range(1, steps.shape[2]):
        P, N = steps[:, :, c] @ P, steps[:, :, c] @ N + adds[:, :, c]
    return P, N


class GatedDelta(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads, self.chunk = config.heads, config.delta_chunk
        self.project = nn.Linear(config.width, 3 * config.width, bias=False)
        self.short = near_identity(4, 3 * config.width)
        self.gates = nn.Linear(config.width, 2 * config.heads)  # rows: the decays, then the β
        nn.init.zeros_(self.gates.bias)
        # Decays from slow to fast over the heads: half-lives of about 1,000 down to 10 tokens.
        self.rate = nn.Parameter(torch.linspace(math.log(0.001), math.log(0.1), config.heads))
        self.out = nn.Linear(config.width, config.width, bias=False)

    def forward(self, x, memory=None):
        B, T, d = x.shape
        q, k, v = F.silu(short_convolution(self.project(x), self.short)).chunk(3, -1)
        q, k, v = (z.view(B, T, self.heads, -1).transpose(1, 2).float() for z in (q, k, v))
        decay, beta = self.gates(x).float().transpose(1, 2).chunk(2, 1)  # [B, H, T]
        log_decay = -torch.exp(self.rate)[:, None] * F.softplus(decay)
        o, _ = gated_delta(l2_normalise(q), l2_normalise(k), v, log_decay, torch.sigmoid(beta), self.chunk)
        return self.out(rms_norm(o).to(x.dtype).transpose(1, 2).reshape(B, T, d))
