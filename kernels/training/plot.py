"""Draws the curve of a run from its checkpoint.

    python3 plot.py CHECKPOINT [OUT.svg]
"""
import sys

import matplotlib
import torch

matplotlib.use("svg")
import matplotlib.pyplot as plot  # noqa: E402  the backend is chosen first


def main(checkpoint, out="curve.svg"):
    curve = torch.load(checkpoint, map_location="cpu")["progress"]["curve"]
    tokens = [point["tokens"] / 1e6 for point in curve]
    figure, axes = plot.subplots(figsize=(6, 3.5))
    for name, label in (("closed", "file only"), ("open", "with other files in memory")):
        axes.plot(tokens, [point[name] for point in curve], marker=".", label=label)
    axes.set(xlabel="tokens seen, millions", ylabel="bits per byte, held-out packages")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None, "Title": "Bits per byte over the tokens seen"})


if __name__ == "__main__":
    main(*sys.argv[1:])
