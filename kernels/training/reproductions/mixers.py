"""Blocks that only the reproductions use, beside the PyTorch reference's. Registered under their names in `model.MIXERS`."""
import math

import torch
import torch.nn.functional as F
from torch import nn

import model
from convolution import long_convolution, short_convolution
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
    """Hyena with implicit filters as long as the sequence (arXiv 2302.10866), as its recall recipe has it: `order` gates and order − 1 filters, a short
    convolution of width 3 that starts spread over its taps, so that a key can meet the value after it, a learned sine frequency ω for each hidden
    unit. Positions run over `longest` tokens, so that a filter means the same at every length."""

    def __init__(self, config, longest, order=2, frequency=10.0):
        super().__init__()
        width, self.order = config.width, order
        self.project = nn.Linear(width, (order + 1) * width, bias=False)
        self.short = nn.Parameter((2 * torch.rand(3, (order + 1) * width) - 1))
        self.filters = nn.ModuleList(ImplicitFilter(width, longest, frequency=frequency) for _ in range(order - 1))
        for filter in self.filters:
            filter.frequency = nn.Parameter(torch.full((64,), frequency))
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x, memory=None):
        first, *gates, v = short_convolution(self.project(x), self.short).chunk(self.order + 1, -1)
        for gate, filter in zip(gates, self.filters):
            v = long_convolution(gate * v, filter(x.shape[1]))
        return self.out(first * v)


class Gss(nn.Module):
    """Gated state space (arXiv 2206.13947): o = ((SSM(φ(x W_u)) W_c) ⊙ φ(x W_v)) W_o; kernels/recurrences/gated.ts."""

    def __init__(self, config, modes=32):
        super().__init__()
        width = config.width
        self.into, self.gate = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.context, self.out = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.modes = Modes(width, modes)

    def forward(self, x, memory=None):
        seen = long_convolution(F.gelu(self.into(x)), self.modes.impulse_response(x.shape[1]).t())
        return self.out(self.context(seen) * F.gelu(self.gate(x)))


class MegaAverage(nn.Module):
    """Mega's damped moving average alone (arXiv 2209.10655), y = K ∗ u with K_k = Σ_j η_j (1 − α_j δ_j)ᵏ α_j β_j, between a GELU and a gated linear
    layer as S4D is; kernels/recurrences/mega.ts."""

    def __init__(self, config, terms=16):
        super().__init__()
        self.rate, self.damping = (nn.Parameter(torch.randn(config.width, terms)) for _ in range(2))
        self.input, self.output = (nn.Parameter(torch.randn(config.width, terms) / terms**0.5) for _ in range(2))
        self.out = nn.Linear(config.width, 2 * config.width, bias=False)

    def forward(self, x, memory=None):
        rate, damping = torch.sigmoid(self.rate), torch.sigmoid(self.damping)
        t = torch.arange(x.shape[1], device=x.device)[:, None, None]
        kernel = (torch.exp(t * torch.log1p(-rate * damping)) * self.output * rate * self.input).sum(-1)
        return F.glu(self.out(F.gelu(long_convolution(x, kernel))))


class Rwkv(nn.Module):
    """RWKV's time mixing (arXiv 2305.13048), o = W_o(σ(r) ⊙ wkv), by the matrix of its weights; kernels/recurrences/rwkv.ts."""

    def __init__(self, config):
        super().__init__()
        width = config.width
        self.project = nn.Linear(width, 3 * width, bias=False)
        self.mix = nn.Parameter(torch.rand(3, width))
        self.log_decay = nn.Parameter(torch.linspace(-5.0, 0.0, width))
        self.bonus = nn.Parameter(torch.zeros(width))
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x, memory=None):
        before = F.pad(x, (0, 0, 1, -1))
        mixed = [self.mix[i] * x + (1 - self.mix[i]) * before for i in range(3)]
        r, k, v = (F.linear(z, w) for z, w in zip(mixed, self.project.weight.chunk(3)))
        age = torch.arange(x.shape[1], device=x.device)
        age = (age[:, None] - age[None] - 1)[..., None]
        weights = torch.where(age == -1, self.bonus, -age * torch.exp(self.log_decay)).masked_fill(age < -1, float("-inf"))
        wkv = (torch.softmax(weights + k[:, None], 2) * v[:, None]).sum(2)
        return self.out(torch.sigmoid(r) * wkv)


model.MIXERS["s4d"] = S4d
model.MIXERS["gss"] = Gss
model.MIXERS["mega"] = MegaAverage
model.MIXERS["rwkv"] = Rwkv
model.MIXERS["hyena_implicit"] = lambda config: LongHyena(config, 1024)
model.MIXERS["hyena_order_3"] = lambda config: LongHyena(config, 1024, order=3)
