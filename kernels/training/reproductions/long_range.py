"""A tone heard in the first quarter of a noisy signal, 2,048 samples long, named from all of it: S4D and attention of equal size and steps.

    python long_range.py [quick]
"""
import sys

import torch

import mixers  # noqa: F401  registers its blocks
from normalise import rms_norm
from small import Small, accuracy, emit, train
from tasks import faint_tone

LEVELS, PITCHES = 32, 8


class Listener(Small):
    """Levels start on a line, as a linear encoder of samples has them; the answer is read from the mean over the sequence, as in Long Range Arena."""

    def __init__(self, kind, width=32):
        super().__init__(LEVELS, [kind, kind], width=width, outputs=PITCHES)
        with torch.no_grad():
            line = torch.linspace(-1, 1, LEVELS)[:, None] * torch.randn(width)
            self.embedding.weight.copy_(line + 0.3 * torch.randn(width))

    def forward(self, tokens):
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.head(rms_norm(x.mean(1, keepdim=True)))


def run(kind, length, batch, steps, seed):
    torch.manual_seed(seed)
    drawing, asking = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(1000 + seed)
    model = Listener(kind)
    steps, seconds = train(model, lambda: faint_tone(batch, length, PITCHES, drawing), steps, rate=1e-2, every=25, say=kind)
    found = accuracy(model, lambda: faint_tone(32, length, PITCHES, asking), 8)
    emit(kind=kind, seed=seed, length=length, steps=steps, seconds=round(seconds, 1), accuracy=found, chance=1 / PITCHES)


def main(quick):
    for kind in ["s4d", "attention"]:
        run(kind, 512 if quick else 2048, 16 if quick else 8, 100 if quick else 200, 1)


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
