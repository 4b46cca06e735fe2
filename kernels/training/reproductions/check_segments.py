"""What every memory of segments.py must hold: later tokens do not affect earlier ones, early tokens affect the end, and every parameter learns."""
import torch

import segments
from small import emit

SEGMENT, WIDTH = 16, 32
MEMORIES = {
    "Transformer-XL": lambda: segments.TransformerXl(WIDTH, 2, 2 * SEGMENT),
    "Compressive Transformer": lambda: segments.Compressive(WIDTH, 2, SEGMENT, SEGMENT),
    "Memorizing Transformer": lambda: segments.Memorizing(WIDTH, 2),
    "Infini-attention, linear": lambda: segments.Infini(WIDTH, 2, "linear"),
    "Infini-attention, delta": lambda: segments.Infini(WIDTH, 2, "delta"),
    "∞-former, uniform": lambda: segments.Infinite(WIDTH, 2, SEGMENT, bases=16),
    "∞-former, sticky": lambda: segments.Infinite(WIDTH, 2, SEGMENT, bases=16, sticky=True),
}

for name, make in MEMORIES.items():
    torch.manual_seed(1)
    model = segments.SegmentModel(20, [make(), make()], WIDTH)
    tokens = torch.randint(20, (1, 6 * SEGMENT))
    later, early = tokens.clone(), tokens.clone()
    later[:, 60:] = (later[:, 60:] + 1) % 20
    early[:, 5] = (early[:, 5] + 1) % 20
    logits = segments.read(model, tokens, SEGMENT)
    logits.square().sum().backward()
    idle = [n for n, p in model.named_parameters() if p.grad is None]
    with torch.no_grad():
        changed = (segments.read(model, later, SEGMENT) - logits)[:, :60].abs().max()
        reached = (segments.read(model, early, SEGMENT) - logits)[:, -1].abs().max()
    emit(memory=name, changed=float(changed), reached=float(reached), idle=idle)
