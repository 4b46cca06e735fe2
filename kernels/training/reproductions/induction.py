"""Induction heads: recall what followed a special token at its first occurrence. Two layers of each block.

    python induction.py [quick]
"""
import sys

import torch

import mixers  # noqa: F401  registers its blocks
from small import Small, accuracy, emit, train
from tasks import induction

VOCABULARY, TRAINED = 20, 30


def run(kind, steps, lengths, seed):
    torch.manual_seed(seed)
    drawing, asking = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(1000 + seed)
    model = Small(VOCABULARY + 1, [kind, kind])

    def at(length, count):
        return lambda: induction(count, length, VOCABULARY, asking)

    steps, seconds = train(
        model, lambda: induction(128, TRAINED, VOCABULARY, drawing), steps, until=lambda m: accuracy(m, at(TRAINED, 500), 2) > 0.999, say=kind
    )
    found = {str(length): accuracy(model, at(length, 500), 2) for length in lengths}
    emit(kind=kind, seed=seed, steps=steps, seconds=round(seconds, 1), accuracy=found)


def main(quick):
    lengths = [30, 120]
    for kind in ["h3", "s4d"]:
        for seed in [1] if quick else [1, 2]:
            run(kind, 300 if quick else 1500, lengths, seed)


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
