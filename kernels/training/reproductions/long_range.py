"""A tone heard in the first quarter of a noisy signal, named at its end, 2,048 samples long: S4D and attention of the same size and as many steps.

    python long_range.py [quick]
"""
import sys

import torch

import mixers  # noqa: F401  registers its blocks
from small import Small, accuracy, emit, train
from tasks import faint_tone

LEVELS, PITCHES = 32, 8


def run(kind, length, steps, seed):
    torch.manual_seed(seed)
    drawing, asking = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(1000 + seed)
    model = Small(LEVELS, [kind, kind], outputs=PITCHES)
    steps, seconds = train(model, lambda: faint_tone(16, length, drawing), steps, every=50, say=kind)
    found = accuracy(model, lambda: faint_tone(32, length, asking), 8)
    emit(kind=kind, seed=seed, length=length, steps=steps, seconds=round(seconds, 1), accuracy=found, chance=1 / PITCHES)


def main(quick):
    for kind in ["s4d", "attention"]:
        for seed in [1] if quick else [1, 2]:
            run(kind, 512 if quick else 2048, 150 if quick else 400, seed)


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
