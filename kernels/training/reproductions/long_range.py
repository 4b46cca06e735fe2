"""A tone heard in the first quarter of a noisy signal, 2,048 samples long, named from all of it, and ListOps of Long Range Arena at 512 tokens:
state spaces and attention of equal size and steps.

    python long_range.py [quick]
"""
import sys

import torch

import mixers  # noqa: F401  registers its blocks
from normalise import rms_norm
from small import Small, accuracy, emit, train
from tasks import LIST_VOCABULARY, faint_tone, list_ops

LEVELS, PITCHES = 32, 8


class Classifier(Small):
    """The answer is read from the mean over the sequence, as in Long Range Arena."""

    def forward(self, tokens):
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.head(rms_norm(x.mean(1, keepdim=True)))


class Listener(Classifier):
    """Levels start on a line, as a linear encoder of samples has them."""

    def __init__(self, kind, width=32):
        super().__init__(LEVELS, [kind, kind], width=width, outputs=PITCHES)
        with torch.no_grad():
            line = torch.linspace(-1, 1, LEVELS)[:, None] * torch.randn(width)
            self.embedding.weight.copy_(line + 0.3 * torch.randn(width))


def run(task, kind, length, batch, steps, seed):
    torch.manual_seed(seed)
    drawing, asking = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(1000 + seed)
    if task == "tone":
        model, chance = Listener(kind), 1 / PITCHES

        def draw(count, generator):
            return faint_tone(count, length, PITCHES, generator)
    else:
        model, chance = Classifier(LIST_VOCABULARY, [kind, kind], outputs=10), 0.1

        def draw(count, generator):
            return list_ops(count, length, generator)

    steps, seconds = train(model, lambda: draw(batch, drawing), steps, rate=1e-2, every=25, say=f"{task} {kind}")
    found = accuracy(model, lambda: draw(32, asking), 8)
    emit(task=task, kind=kind, seed=seed, length=length, steps=steps, seconds=round(seconds, 1), accuracy=found, chance=chance)


def main(quick):
    for kind in ["s4d", "attention"] if quick else ["s4d", "gss", "mega", "attention"]:
        run("tone", kind, 512 if quick else 2048, 16 if quick else 8, 100 if quick else 200, 1)
    for kind in [] if quick else ["s4d", "gss", "mega", "attention"]:
        run("list-ops", kind, 512, 16, 400, 1)


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
