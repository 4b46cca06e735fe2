"""A pass key in filler text, asked at the end: Infini-attention by both rules, the gated delta rule, Transformer-XL; trained at 1,024 tokens, asked up to a million.

    python passkey.py [quick]

The filler is a sentence of 16 tokens, over and over. Somewhere stands KEY and three digits; at the end KEY again, and the digits are asked.
"""
import sys
import time

import torch
import torch.nn.functional as F

from gated_delta import gated_delta
from normalise import l2_normalise
from segments import Heads, Infini, SegmentModel, TransformerXl, read
from small import emit

SEGMENT, TRAINED, DIGITS, KEY = 128, 1024, 3, 26
VOCABULARY = 27


class Delta(Heads):
    """The gated delta rule, token by token in chunks, its state carried from segment to segment; no other memory and no local attention."""

    def __init__(self, width, heads):
        super().__init__(width, heads)
        self.gates = torch.nn.Linear(width, 2 * heads)
        torch.nn.init.constant_(self.gates.bias[:heads], -6.0)

    def forward(self, x, state):
        past, S = state or (None, None)
        q, k, v, past = self.of(x, past)
        decay, beta = self.gates(x).transpose(1, 2).chunk(2, 1)
        y, S = gated_delta(l2_normalise(q), l2_normalise(k), v, -0.01 * F.softplus(decay), torch.sigmoid(beta), 64, S)
        return self.join(y), (past, S)


def draw(batch, length, generator, place=None):
    """(tokens, digits): `place` in [0, 1] says where the key stands; anywhere before the last segment without it."""
    phase = torch.randint(16, (batch, 1), generator=generator)
    tokens = (torch.arange(length)[None] + phase) % 16
    room = length - SEGMENT - DIGITS - 1
    at = torch.randint(room, (batch, 1), generator=generator) if place is None else torch.full((batch, 1), int(place * (room - 1)))
    digits = torch.randint(10, (batch, DIGITS), generator=generator)
    said = torch.cat([torch.full((batch, 1), KEY), 16 + digits], 1)
    tokens.scatter_(1, at + torch.arange(DIGITS + 1), said)
    tokens[:, -DIGITS - 1 :] = said
    return tokens, digits


def answers(logits):
    return logits[:, -DIGITS - 1 : -1, 16:26]


MEMORIES = {
    "infini_linear": lambda: Infini(64, 2, "linear"),
    "infini_delta": lambda: Infini(64, 2, "delta"),
    "gated_delta": lambda: Delta(64, 2),
    "transformer_xl": lambda: TransformerXl(64, 2, 2 * SEGMENT),
}


def run(kind, steps, lengths, seed=1):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = SegmentModel(VOCABULARY, [MEMORIES[kind](), MEMORIES[kind]()], 64)
    gates = [p for n, p in model.named_parameters() if n.endswith(("gate", "sharpness"))]
    rest = [p for n, p in model.named_parameters() if not n.endswith(("gate", "sharpness"))]
    optimizer = torch.optim.AdamW([{"params": rest}, {"params": gates, "lr": 0.01}], lr=3e-3, weight_decay=0.0)
    start, right = time.process_time(), 0.0
    for step in range(1, steps + 1):
        # From two segments to eight: a short way first, as long a way as training has later.
        length = SEGMENT * (2 + min(TRAINED // SEGMENT - 2, step * 8 // steps))
        tokens, digits = draw(16, length, generator)
        found = answers(read(model, tokens, SEGMENT))
        loss = F.cross_entropy(found.flatten(0, 1), digits.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0:
            right = float((found.argmax(-1) == digits).float().mean())
            print(f"{kind} step {step} loss {loss.item():.3f} right {right:.2f} {time.process_time() - start:.0f} s", file=sys.stderr)
            if length == TRAINED and loss.item() < 0.003:
                break
    seconds = time.process_time() - start
    model.eval()
    for length in lengths:
        shares = {}
        for name, place in (("start", 0.0), ("middle", 0.5), ("end", 1.0)):
            batch = 64 if length <= 32 * 1024 else 16 if length <= 128 * 1024 else 4
            tokens, digits = draw(batch, length, torch.Generator().manual_seed(99), place)
            with torch.no_grad():
                states = None
                for part in tokens.split(SEGMENT, 1):
                    logits, states = model(part, states)
            shares[name] = float((answers(logits).argmax(-1) == digits).all(1).float().mean())
        emit(kind=kind, seed=seed, steps=step, seconds=round(seconds, 1), length=length, **shares)


if __name__ == "__main__":
    quick = "quick" in sys.argv[1:]
    for kind in ["gated_delta"] if quick else list(MEMORIES):
        run(kind, 150 if quick else 600, [1024, 8192] if quick else [1024, 32 * 1024, 128 * 1024, 1024 * 1024])
