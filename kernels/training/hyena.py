"""Hyena of order 2 (arXiv 2302.10866): (x1, x2, v) = short(p), y = x1 ⊙ (h ∗ (x2 ⊙ v)); mirrors kernels/hyena.

`short` is a causal convolution of width 3 on the 3·width projections. The filter h is explicit (a few taps), implicit (a sine
network over positions, times a decay: kernels/hyena/filter.ts has the equation) or modal (a sum of damped exponentials,
arXiv 2310.18780, trained in that form: no distillation, one meaning at every length).
"""
import math

import torch
from torch import nn

from convolution import near_identity, long_convolution, short_convolution
from state_space import Modes


class ExplicitFilter(nn.Module):
    def __init__(self, width, length):
        super().__init__()
        decay = torch.exp(-torch.arange(length) / 2.0)[:, None]
        self.taps = nn.Parameter(0.5 * torch.randn(length, width) * decay)

    def forward(self, length):
        return self.taps


class ImplicitFilter(nn.Module):
    """h(t) = FFN_sin(PE(t)) ⊙ exp(−|δ|t) + D·[tap 0], t in [0, 1] over its own length; one sine and cosine band."""

    def __init__(self, width, length, hidden=64, frequency=14.0):
        super().__init__()
        self.frequency = frequency
        sizes = [3, hidden, hidden, hidden, width]
        # A row vector is multiplied from the left: W_i [in, out], linear layers uniform in ±1/√fan-in.
        self.weights = nn.ParameterList([nn.Parameter((2 * torch.rand(a, b) - 1) / math.sqrt(a)) for a, b in zip(sizes, sizes[1:])])
        self.biases = nn.ParameterList([nn.Parameter((2 * torch.rand(hidden) - 1) / math.sqrt(a)) for a in sizes[:3]])
        self.skip = nn.Parameter(torch.randn(width))
        t = torch.linspace(0, 1, length)
        w = 2 * math.pi * torch.arange(length) / length
        self.register_buffer("positions", torch.stack([t, torch.cos(1e-4 * w), -torch.sin(1e-4 * w)], 1), persistent=False)
        slow, fast = math.log(100) / 1.5, math.log(100) / 0.3
        self.register_buffer("decay", torch.exp(-torch.linspace(slow, fast, width)[None] * t[:, None]), persistent=False)

    def forward(self, length):
        z = self.positions
        for weight, bias in zip(self.weights, self.biases):
            z = torch.sin(self.frequency * (z @ weight + bias))
        taps = (z @ self.weights[3]) * self.decay
        return torch.cat([taps[:1] + self.skip, taps[1:]])


class ModalFilter(Modes):
    """The impulse response of `modes` damped exponentials a channel, plus a skip at tap 0."""

    def forward(self, length):
        return self.impulse_response(length).t()


class Hyena(nn.Module):
    def __init__(self, config, kind):
        super().__init__()
        width = config.width
        self.project = nn.Linear(width, 3 * width, bias=False)
        self.short = near_identity(3, 3 * width)
        self.kind = kind
        if kind == "short":
            self.filter = ExplicitFilter(width, config.short_filter)
        elif kind == "medium":
            self.filter = ImplicitFilter(width, config.medium_filter)
        else:
            self.filter = ModalFilter(width, config.long_modes)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x, memory=None):
        x1, x2, v = short_convolution(self.project(x), self.short).chunk(3, -1)
        taps = self.filter(x.shape[1])
        gated = x2 * v
        return self.out(x1 * (short_convolution(gated, taps.flip(0)) if self.kind == "short" else long_convolution(gated, taps)))
