"""Causal convolutions, one filter a channel: y_t = Σ_j h_j u_{t−j}. Taps are [W, channels], the newest token's first."""
import torch
import torch.nn.functional as F
from torch import nn


def short_convolution(u, taps):
    """u [B, T, c], taps [W, c] with small W, as a sum of shifted products (a compiler fuses it into one pass)."""
    width = taps.shape[0]
    length = u.shape[1]
    padded = F.pad(u, (0, 0, width - 1, 0))
    y = padded[:, width - 1 :] * taps[0]
    for j in range(1, width):
        y = y + padded[:, width - 1 - j : width - 1 - j + length] * taps[j]
    return y


def long_convolution(u, taps):
    """The same for long filters, by FFT in fp32: u [B, T, c], taps [W, c]. Taps past T have no effect."""
    length = u.shape[1]
    taps = taps[:length]
    size = 1
    while size < length + taps.shape[0]:
        size *= 2
    spectrum = torch.fft.rfft(u.float().transpose(1, 2), n=size) * torch.fft.rfft(taps.float().t(), n=size)
    return torch.fft.irfft(spectrum, n=size)[..., :length].transpose(1, 2).to(u.dtype)


def identity_taps(width, channels, noise=0.1, lag=0):
    """Near the filter that hands token t − lag through."""
    taps = noise * torch.randn(width, channels)
    taps[lag] += 1
    return nn.Parameter(taps)
