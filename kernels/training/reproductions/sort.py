"""Sorting by frequency: a long sequence, then its symbols from the most frequent to the least (∞-former, arXiv 2109.00301, section 4.1).

    python sort.py [quick]

Symbols are drawn from a distribution that drifts from one to another along the sequence, so that no part of it gives the order away. The paper's ratios at a
64th of its lengths: sequences of 4, 8 and 16 segments. Every model has the same width and layers and carries about as many numbers: Transformer-XL two
segments of keys and values, the Compressive Transformer one and a compressed one, the ∞-former half a segment of coefficients, with uniform and with
sticky samples.
"""
import sys
import time

import torch
import torch.nn.functional as F

from segments import Compressive, Infinite, SegmentModel, TransformerXl, read
from small import emit

SYMBOLS, SEGMENT, WIDTH, LAYERS = 10, 16, 32, 2
START = SYMBOLS

MEMORIES = {
    "transformer_xl": lambda: TransformerXl(WIDTH, 2, 2 * SEGMENT),
    "compressive": lambda: Compressive(WIDTH, 2, SEGMENT, SEGMENT),
    "infinite": lambda: Infinite(WIDTH, 2, SEGMENT, bases=SEGMENT // 2, widths=(0.03, 0.1)),
    "infinite_sticky": lambda: Infinite(WIDTH, 2, SEGMENT, bases=SEGMENT // 2, widths=(0.03, 0.1), sticky=True),
}


def draw(batch, length, generator):
    """(tokens [B, length + 1 + SYMBOLS], order [B, SYMBOLS]): the sequence, START, and the symbols in order of their number there, equal numbers by
    the symbol."""
    first, last = (torch.rand(batch, SYMBOLS, generator=generator).pow(3) for _ in range(2))
    share = torch.arange(length)[None, :, None] / length
    drift = (1 - share) * (first / first.sum(1, keepdim=True))[:, None] + share * (last / last.sum(1, keepdim=True))[:, None]
    sequence = torch.multinomial(drift.flatten(0, 1), 1, generator=generator).view(batch, length)
    counts = F.one_hot(sequence, SYMBOLS).sum(1)
    order = torch.sort(counts, dim=1, descending=True, stable=True).indices
    return torch.cat([sequence, torch.full((batch, 1), START), order], 1), order


def run(kind, length, steps, batch=16, seed=1):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = SegmentModel(SYMBOLS + 1, [MEMORIES[kind]() for _ in range(LAYERS)], WIDTH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.1, cycle_momentum=False)
    start = time.process_time()
    for step in range(1, steps + 1):
        tokens, order = draw(batch, length - SYMBOLS - 1, generator)
        found = read(model, tokens, SEGMENT)[:, -SYMBOLS - 1 : -1]
        loss = F.cross_entropy(found.flatten(0, 1), order.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            print(f"{kind} {length} step {step} loss {loss.item():.3f} {time.process_time() - start:.0f} s", file=sys.stderr)
    seconds = time.process_time() - start
    right, asking = 0.0, torch.Generator().manual_seed(99)
    with torch.no_grad():
        for _ in range(8):
            tokens, order = draw(16, length - SYMBOLS - 1, asking)
            right += float((read(model, tokens, SEGMENT)[:, -SYMBOLS - 1 : -1].argmax(-1) == order).float().mean()) / 8
    emit(kind=kind, length=length, steps=steps, seconds=round(seconds, 1), right=right, chance=1 / SYMBOLS)


def main(quick):
    for segments in [4] if quick else [4, 8, 16]:
        for kind in MEMORIES:
            run(kind, segments * SEGMENT, 60 if quick else 400)


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
