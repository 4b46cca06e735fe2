"""Associative recall by length: each block alone, two layers of it, trained at 64 tokens and asked at longer ones.

    python recall.py [quick]
"""
import sys

import torch

import mixers  # noqa: F401  registers its blocks
from small import Small, accuracy, emit, train
from tasks import associative_recall

KEYS, TRAINED = 8, 64


def run(kind, steps, lengths, seed=1, width=32, rate=3e-3):
    torch.manual_seed(seed)
    drawing, asking = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(1000 + seed)
    model = Small(2 * KEYS, [kind, kind], width=width)

    def at(length, count):
        return lambda: associative_recall(count, length, KEYS, asking, last_only=True)

    steps, seconds = train(
        model,
        lambda: associative_recall(32, TRAINED, KEYS, drawing),
        steps,
        rate=rate,
        until=lambda m: accuracy(m, at(TRAINED, 256), 2) > 0.999,
        say=kind,
    )
    found = {str(length): accuracy(model, at(length, 64), 8) for length in lengths}
    emit(kind=kind, seed=seed, width=width, steps=steps, seconds=round(seconds, 1), accuracy=found)


# Blocks that learn the task stop early and get three seeds; the others get a third of the steps, once.
LEARNS = ("h3", "gated_delta")
OTHERS = ("s4d", "gss", "mega", "rwkv", "attention", "hyena_long")
# A product of gates holds a binding in a channel: 8 keys by 8 values take 64 channels, and the filters more steps.
HYENA = ("hyena_implicit", "hyena_order_3")


def main(quick):
    lengths = [64, 256] if quick else [64, 256, 1024]
    for kind in (*LEARNS, "s4d") if quick else LEARNS + OTHERS:
        for seed in [1, 2, 3] if kind in LEARNS and not quick else [1]:
            # RWKV's matrix of weights is a number for every pair of tokens and channel.
            asked = lengths[:2] if kind == "rwkv" else lengths
            run(kind, 300 if quick else 3000 if kind in LEARNS else 1000, asked, seed)
    for kind in () if quick else HYENA:
        run(kind, 5000, lengths, width=128, rate=5e-3)


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
