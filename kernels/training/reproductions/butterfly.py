"""A butterfly layer that learns the Fourier transform by gradient descent, from examples alone (arXiv 1903.05895; the layer of FlashButterfly, arXiv 2302.06646).

    python butterfly.py [quick]
"""
import sys
import time

import torch

from small import emit


class Butterfly(torch.nn.Module):
    """Stages of radix 2 over a signal of N = 2^p complex samples, digits as in kernels/monarch/reference.ts; the last permutation is fixed."""

    def __init__(self, bits):
        super().__init__()
        self.bits = bits
        self.stages = torch.nn.ParameterList(
            torch.nn.Parameter(0.5 * torch.randn(2**i, 2 ** (bits - 1 - i), 2, 2, 2, dtype=torch.float64)) for i in range(bits)
        )
        places = torch.arange(2**bits)
        self.order = sum(((places >> i) & 1) << (bits - 1 - i) for i in range(bits))

    def forward(self, x):
        """x [columns, N] complex → [columns, N]."""
        z = x
        for i, stage in enumerate(self.stages):
            z = z.view(-1, 2**i, 2, 2 ** (self.bits - 1 - i))
            z = torch.einsum("bakj,cbja->cbka", torch.view_as_complex(stage), z).flatten(1)
        return z[:, self.order]


def learn(bits, steps, seed):
    torch.manual_seed(seed)
    N = 2**bits
    layer = Butterfly(bits)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=steps)
    start = time.process_time()
    for _ in range(steps):
        x = torch.randn(N, N, dtype=torch.complex128)
        loss = (layer(x) - torch.fft.fft(x, norm="ortho")).abs().square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        error = layer(torch.eye(N, dtype=torch.complex128)) - torch.fft.fft(torch.eye(N, dtype=torch.complex128), norm="ortho")
    emit(part="learned", points=N, seed=seed, steps=steps, rmse=float(error.abs().square().mean().sqrt()), seconds=round(time.process_time() - start, 1))


for bits in [4] if "quick" in sys.argv[1:] else [3, 4, 5, 6]:
    learn(bits, 800 if "quick" in sys.argv[1:] else 2500, 1)
