"""Causal convolutions, one filter a channel. A short kernel is [W, channels] with the current token's row last, as in kernels/short-convolution;
the taps of a long filter, h_0 … h_{W−1}, have it first."""
import torch
import torch.nn.functional as F
from torch import nn


def short_convolution(u, kernel):
    """y_t = Σ_j kernel_j ⊙ u_{t−W+1+j}: u [B, T, c], kernel [W, c] with small W. A sum of shifted products, which the compiler fuses."""
    if u.device.type == "cpu" and not compiling():
        return ShortConvolution.apply(u, kernel)
    width, length = kernel.shape[0], u.shape[1]
    padded = F.pad(u, (0, 0, width - 1, 0))
    y = padded[:, :length] * kernel[0]
    for j in range(1, width):
        y = y + padded[:, j : j + length] * kernel[j]
    return y


def compiling():
    return hasattr(torch, "compiler") and torch.compiler.is_compiling()


class ShortConvolution(torch.autograd.Function):
    """Same with an explicit gradient: the slices' own gradients would each allocate a whole tensor of zeros."""

    @staticmethod
    def forward(ctx, u, kernel):
        width, length = kernel.shape[0], u.shape[1]
        padded = F.pad(u, (0, 0, width - 1, 0))
        ctx.save_for_backward(padded, kernel)
        y = padded[:, :length] * kernel[0]
        for j in range(1, width):
            y.addcmul_(padded[:, j : j + length], kernel[j])
        return y

    @staticmethod
    def backward(ctx, grad):
        padded, kernel = ctx.saved_tensors
        width, length = kernel.shape[0], grad.shape[1]
        grad_padded, grad_kernel = torch.zeros_like(padded), torch.empty_like(kernel)
        for j in range(width):
            grad_padded[:, j : j + length].addcmul_(grad, kernel[j])
            grad_kernel[j] = torch.einsum("btc,btc->c", padded[:, j : j + length], grad)
        return grad_padded[:, width - 1 :], grad_kernel


def long_convolution(u, taps):
    """y_t = Σ_j taps_j ⊙ u_{t−j} by FFT in fp32: u [B, T, c], taps [W, c]. Taps past T have no effect."""
    length = u.shape[1]
    taps = taps[:length]
    size = 1
    while size < length + taps.shape[0]:
        size *= 2
    spectrum = torch.fft.rfft(u.float().transpose(1, 2), n=size) * torch.fft.rfft(taps.float().t(), n=size)
    return torch.fft.irfft(spectrum, n=size)[..., :length].transpose(1, 2).to(u.dtype)


def near_identity(width, channels, noise=0.1, lag=0):
    """A short kernel close to one that passes token t − lag through."""
    kernel = noise * torch.randn(width, channels)
    kernel[width - 1 - lag] += 1
    return nn.Parameter(kernel)
