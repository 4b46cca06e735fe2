"""Softmax attention over a window, with rotary positions and normalised queries and keys.

q and k are RMS-normalised a head (ε = 1e-5, no gain), rotated, and their product is multiplied by a learned scale a head,
initially 2/√dh. Token t sees s with t − window < s ≤ t. Rotary: the head is split into halves (x1, x2), angle t·base^(−i/(dh/2)),
(x1 cos − x2 sin, x1 sin + x2 cos), as in the half-split form; positions count from the start of the file's sequence.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from normalise import rms_norm

QK_EPSILON = 1e-5


def attend(q, k, v, mask):
    """softmax(q kᵀ + mask) v with pre-scaled q. mask: additive, broadcast to [B, H, T, S]."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype), scale=1.0)
    return torch.softmax(q @ k.transpose(-1, -2) + mask, -1) @ v


def rotary_angles(length, head_width, base, device):
    half = head_width // 2
    frequency = base ** (-torch.arange(half, device=device, dtype=torch.float32) / half)
    angle = torch.arange(length, device=device, dtype=torch.float32)[:, None] * frequency
    return torch.cos(angle), torch.sin(angle)  # [T, dh/2] each


def rotate(x, cosine, sine):
    x1, x2 = x.chunk(2, -1)
    return torch.cat([x1 * cosine - x2 * sine, x1 * sine + x2 * cosine], -1).to(x.dtype)


def window_mask(length, window, device):
    """Additive [T, T]: 0 where t − window < s ≤ t, −inf elsewhere."""
    t = torch.arange(length, device=device)
    seen = (t[None] <= t[:, None]) & (t[None] > t[:, None] - window)
    return torch.zeros(length, length, device=device).masked_fill(~seen, float("-inf"))


def window_attention(q, k, v, window):
    """Attention over a window; where the sequence is longer than it, block by block: `window` queries against twice as many keys."""
    B, H, T, dh = q.shape
    if T <= window or T % window:
        return attend(q, k, v, window_mask(T, window, q.device))
    n = T // window

    def with_previous(z):  # [B, H, T, dh] → [B, H·n, 2·window, dh], zeros before the first
        blocks = z.reshape(B, H, n, window, dh)
        return torch.cat([F.pad(blocks, (0, 0, 0, 0, 1, 0))[:, :, :-1], blocks], 3).flatten(1, 2)

    t, s = torch.arange(window, device=q.device)[:, None], torch.arange(2 * window, device=q.device)[None]
    seen = (s <= t + window) & (s > t)
    first = torch.arange(n, device=q.device)[:, None, None] == 0
    mask = torch.zeros(n, window, 2 * window, device=q.device).masked_fill(~(seen & ~(first & (s < window))), float("-inf"))
    return attend(q.reshape(B, H * n, window, dh), with_previous(k), with_previous(v), mask.repeat(H, 1, 1)[None]).reshape(B, H, T, dh)


class WindowAttention(nn.Module):
    """`window` 0 is full attention, the baseline."""

    def __init__(self, config, window=None):
        super().__init__()
        self.heads, self.base = config.heads, config.rotary_base
        self.window = config.window if window is None else window
        self.project = nn.Linear(config.width, 3 * config.width, bias=False)
        self.scale = nn.Parameter(torch.full((config.heads,), 2 / math.sqrt(config.head_width)))
        self.out = nn.Linear(config.width, config.width, bias=False)

    def heads_of(self, x):
        """q (scaled, rotated), k (rotated), v and the unrotated q: [B, H, T, dh]."""
        B, T, _ = x.shape
        q, k, v = (z.view(B, T, self.heads, -1).transpose(1, 2) for z in self.project(x).chunk(3, -1))
        q, k = rms_norm(q, QK_EPSILON) * self.scale[:, None, None].to(q.dtype), rms_norm(k, QK_EPSILON)
        cosine, sine = rotary_angles(T, q.shape[-1], self.base, x.device)
        return rotate(q, cosine, sine), rotate(k, cosine, sine), v, q

    def local(self, x):
        q, k, v, _ = self.heads_of(x)
        return window_attention(q, k, v, self.window or x.shape[1]).transpose(1, 2).reshape(x.shape)

    def forward(self, x, memory=None):
        return self.out(self.local(x))
