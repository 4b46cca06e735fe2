"""Blocks that only the reproductions use, beside the PyTorch reference's. Registered under their names in `model.MIXERS`."""
import math

import torch
import torch.nn.functional as F
from torch import nn

import model
from convolution import long_convolution, near_identity, short_convolution
from hyena import ImplicitFilter
from state_space import Modes


class S4d(nn.Module):
    """S4D alone (arXiv 2206.11893): y = (f ∗ u) + D u a channel, a GELU, and a gated linear layer. f is the impulse response of N/2 modes."""

    def __init__(self, config, modes=32):
        super().__init__()
        self.modes = Modes(config.width, modes)
        self.out = nn.Linear(config.width, 2 * config.width, bias=False)

    def forward(self, x, memory=None):
        y = long_convolution(x, self.modes.impulse_response(x.shape[1]).t())
        return F.glu(self.out(F.gelu(y)))


class LongHyena(nn.Module):
    """Hyena of order 2 with an implicit filter as long as the sequence (arXiv 2302.10866), which is the one thing the served stack does not have:
    its sine frequency ω is learned, one a hidden unit, and positions run over `longest` tokens, so that a filter means the same at every length."""

    def __init__(self, config, longest, frequency=10.0):
        super().__init__()
        width = config.width
        self.project = nn.Linear(width, 3 * width, bias=False)
        self.short = near_identity(3, 3 * width)
        self.filter = ImplicitFilter(width, longest, frequency=frequency)
        self.filter.frequency = nn.Parameter(torch.full((64,), frequency))
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x, memory=None):
        x1, x2, v = short_convolution(self.project(x), self.short).chunk(3, -1)
        return self.out(x1 * long_convolution(x2 * v, self.filter(x.shape[1])))


model.MIXERS["s4d"] = S4d
model.MIXERS["hyena_implicit"] = lambda config: LongHyena(config, 1024)
