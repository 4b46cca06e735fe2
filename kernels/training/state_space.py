"""Diagonal state spaces as impulse responses: f_t = Re Σ_n R_n λ_n^t + D·[t = 0]; mirrors kernels/diagonal-ssm and kernels/s4d.

Trained in the S4D form (arXiv 2206.11893), A_n = −exp(log_decay) + i·frequency, λ = exp(ΔA), R = 2·C·(λ − 1)/A, so that poles
stay inside the unit circle; served as poles and residues. All in fp32: exp(−0.0005) rounds to 1 in bf16.
"""
import math

import torch
from torch import nn


class Modes(nn.Module):
    def __init__(self, channels, modes):
        super().__init__()
        quantiles = (torch.arange(channels) + 0.5) / channels
        self.log_step = nn.Parameter(math.log(1e-3) + quantiles * (math.log(0.1) - math.log(1e-3)))  # [c]
        self.log_decay = nn.Parameter(torch.full((channels, modes), math.log(0.5)))  # [c, m]
        self.frequency = nn.Parameter(math.pi * torch.arange(modes).float().repeat(channels, 1))  # [c, m]
        self.output = nn.Parameter(torch.randn(channels, 2, modes))  # C: [c, 2, m], real parts, then imaginary
        self.skip = nn.Parameter(torch.ones(channels))  # D: [c]

    def discretise(self):
        """(log |λ|, arg λ, Re R, Im R), each [c, m]."""
        step = torch.exp(self.log_step.float())[:, None]
        real, imaginary = -torch.exp(self.log_decay.float()), self.frequency.float()
        magnitude, angle = torch.exp(step * real), step * imaginary
        # λ − 1 written so that a small step does not cancel.
        n_re = torch.expm1(step * real) - 2 * magnitude * torch.sin(angle / 2) ** 2
        n_im = magnitude * torch.sin(angle)
        norm = real * real + imaginary * imaginary
        b_re, b_im = (n_re * real + n_im * imaginary) / norm, (n_im * real - n_re * imaginary) / norm
        c_re, c_im = self.output.float().unbind(1)
        return step * real, angle, 2 * (c_re * b_re - c_im * b_im), 2 * (c_re * b_im + c_im * b_re)

    def poles_and_residues(self):
        """[c, 2, m] each, real parts, then imaginary, as kernels/diagonal-ssm takes them."""
        log_magnitude, angle, r_re, r_im = self.discretise()
        magnitude = torch.exp(log_magnitude)
        return torch.stack([magnitude * torch.cos(angle), magnitude * torch.sin(angle)], 1), torch.stack([r_re, r_im], 1)

    def impulse_response(self, length):
        """[c, length]."""
        log_magnitude, angle, r_re, r_im = self.discretise()
        t = torch.arange(length, device=angle.device, dtype=torch.float32)
        phase = angle[..., None] * t  # [c, m, length]
        waves = torch.exp(log_magnitude[..., None] * t) * (r_re[..., None] * torch.cos(phase) - r_im[..., None] * torch.sin(phase))
        f = waves.sum(1)
        return torch.cat([f[:, :1] + self.skip[:, None], f[:, 1:]], 1)
