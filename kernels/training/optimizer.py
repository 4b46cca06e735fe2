"""Muon for matrices, AdamW for the rest, implemented here so that the state can be split over processes and saved whole.

Muon: momentum 0.95 (Nesterov), five Newton–Schulz steps towards an orthogonal matrix, rate · √max(1, rows/columns).
"""
import torch

GATES = ("gate", "gates.weight", "gates.bias", "rate")
STATE_SPACE = ("log_step", "log_decay", "frequency", "modes.output", "filter.output")


def is_matrix(name, parameter):
    return parameter.dim() == 2 and name.endswith(".weight") and "embedding" not in name and min(parameter.shape) >= 16


def orthogonalise(G):
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G / (G.norm() + 1e-7)
    if G.is_cuda:
        X = X.bfloat16()
    tall = X.shape[0] > X.shape[1]
    X = X.t() if tall else X
    for _ in range(5):
        A = X @ X.t()
        X = a * X + (b * A + c * (A @ A)) @ X
    return (X.t() if tall else X).to(G.dtype)


class Optimizer:
    """Updates the parameters whose index ≡ rank (mod processes) among those sorted by size, so that the work is even."""

    def __init__(self, model, rank=0, processes=1, muon_rate=0.02, adam_rate=4e-3, decay=0.05):
        trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        named = sorted(trained, key=lambda item: (-item[1].numel(), item[0]))
        self.mine = [(name, p) for i, (name, p) in enumerate(named) if i % processes == rank]
        self.muon_rate, self.adam_rate, self.decay = muon_rate, adam_rate, decay
        self.state = {name: self.fresh(name, p) for name, p in self.mine}

    @staticmethod
    def fresh(name, p):
        return [torch.zeros_like(p)] if is_matrix(name, p) else [torch.zeros_like(p), torch.zeros_like(p)]

    def rate_of(self, name):
        if name.endswith(GATES):
            return 0.01  # gates otherwise stay at a half
        if any(part in name for part in STATE_SPACE):
            return 2e-3
        return self.adam_rate

    @torch.no_grad()
    def step(self, step, scale):
        """`step` from 1; `scale` multiplies every rate."""
        for name, p in self.mine:
            if p.grad is None:
                continue
            g, state = p.grad, self.state[name]
            if is_matrix(name, p):
                momentum = state[0].mul_(0.95).add_(g)
                rate = self.muon_rate * scale
                p.mul_(1 - rate * self.decay)
                p.add_(orthogonalise(g + 0.95 * momentum), alpha=-rate * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)
            else:
                mean, square = state
                mean.lerp_(g, 0.1)
                square.lerp_(g * g, 0.05)
                update = (mean / (1 - 0.9**step)) / ((square / (1 - 0.95**step)).sqrt() + 1e-8)
                rate = self.rate_of(name) * scale
                if "embedding" in name:
                    p.mul_(1 - rate * self.decay)
                p.add_(update, alpha=-rate)
