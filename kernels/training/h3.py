"""H3 (arXiv 2212.14052) with an outer product in every head: y_t = Σ_{s ≤ t} f_{t−s} (q_t · k̄_s) v_s, k̄ = shift(k); mirrors kernels/h3.

shift is a causal convolution of width 4 on the keys; f is the impulse response of one diagonal state space a head. At training
length the sum is a matrix product under a Toeplitz mask. q is scaled by 1/√dh before the operator, the output is RMS-normalised a head.
"""
import math

import torch
from torch import nn

from convolution import near_identity, short_convolution
from normalise import rms_norm
from state_space import Modes


def toeplitz(f):
    """[H, T] → lower triangular [H, T, T] with entry (t, s) = f_{t−s}; by reshaping, so that its gradient is a plain sum."""
    heads, length = f.shape
    # g[u mod 2T] with g[−j] = f_j and zero for positive u; row t of the reshaped repetition starts t places later.
    ring = torch.cat([f[:, :1], torch.zeros_like(f), f[:, 1:].flip(1)], 1)  # [H, 2T]
    flat = ring[:, None].expand(heads, length, 2 * length).reshape(heads, -1)[:, : length * (2 * length - 1)]
    return flat.view(heads, length, 2 * length - 1)[:, :, :length]


class H3(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.heads
        self.project = nn.Linear(config.width, 3 * config.width, bias=False)
        self.shift = near_identity(4, config.width, lag=1)
        self.modes = Modes(config.heads, config.state_modes)
        self.out = nn.Linear(config.width, config.width, bias=False)

    def forward(self, x, memory=None):
        B, T, d = x.shape
        q, k, v = self.project(x).chunk(3, -1)
        k = short_convolution(k, self.shift)
        q, k, v = (z.view(B, T, self.heads, -1).transpose(1, 2) for z in (q, k, v))  # [B, H, T, dh]
        match = (q * (1 / math.sqrt(q.shape[-1]))) @ k.transpose(-1, -2)  # [B, H, T, T]
        y = (match * toeplitz(self.modes.impulse_response(T)).to(match.dtype)) @ v
        return self.out(rms_norm(y).transpose(1, 2).reshape(B, T, d))
