"""The two normalisations, both without parameters (a learned scale would fold into the matrix that follows)."""
import torch

EPSILON = 1e-6


def rms_norm(x, epsilon=EPSILON):
    """x / √(mean x² + ε) over the last axis."""
    return x * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + epsilon).to(x.dtype)


def l2_normalise(x):
    """x / √(Σ x² + ε) over the last axis."""
    return x * torch.rsqrt(x.float().pow(2).sum(-1, keepdim=True) + EPSILON).to(x.dtype)
