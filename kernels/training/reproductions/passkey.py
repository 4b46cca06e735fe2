"""A pass key in filler text, asked at the end: Infini-attention by both rules, the gated delta rule and the strided read, asked up to a million tokens.

    python passkey.py

The filler is a sentence of 16 tokens, over and over. Somewhere stands KEY and three digits; at the end KEY again, and the digits are asked. In training the
same key is said again at several places and asked at each, and sequences grow from 256 tokens to 4,096, in the end with the key said once.
"""
import sys
import time

import torch
import torch.nn.functional as F

from gated_delta import gated_delta
from normalise import l2_normalise, rms_norm
from segments import Heads, Infini, SegmentModel, read
from small import emit
from strided import StridedReader

SEGMENT, DIGITS, KEY, SLOT = 128, 3, 26, 8
VOCABULARY, WIDTH, ENOUGH = 27, 64, 0.03
# (steps at most, tokens, batch, how often the key is said before it is asked at the end)
STAGES = [(500, 256, 16, 8), (200, 512, 8, 3), (150, 1024, 4, 1), (60, 4096, 2, 1)]


class Delta(Heads):
    """The gated delta rule, token by token in chunks, its state carried from segment to segment; no other memory and no local attention."""

    def __init__(self, width, heads):
        super().__init__(width, heads)
        self.gates = torch.nn.Linear(width, 2 * heads)
        torch.nn.init.constant_(self.gates.bias[:heads], -6.0)

    def forward(self, x, state, reads=True):
        past, S = state or (None, None)
        q, k, v, past = self.of(x, past)
        decay, beta = self.gates(x).transpose(1, 2).chunk(2, 1)
        y, S = gated_delta(l2_normalise(q), l2_normalise(k), v, -0.01 * F.softplus(decay), torch.sigmoid(beta), 64, S)
        return self.join(y), (past, S)


def draw(batch, length, times, generator, place=None):
    """(tokens, targets [B, T], −1 where nothing is asked): the key stands in `times` slots of 8 tokens, or in one of the tenth that begins at `place` in [0, 0.9] of
    what precedes the last segment, and at the end; from the second time on its digits are asked."""
    phase = torch.randint(16, (batch, 1), generator=generator)
    tokens = (torch.arange(length)[None] + phase) % 16
    targets = torch.full((batch, length), -1)
    slots = length // SLOT
    # Said once, the key is never in the segment that asks.
    room = slots - 1 if times > 1 else (length - SEGMENT) // SLOT
    if place is None:
        at = torch.rand(batch, room, generator=generator).argsort(1)[:, :times].sort(1).values
        at = at * SLOT + torch.randint(SLOT - DIGITS, (batch, times), generator=generator)
    else:
        at = ((place + 0.1 * torch.rand(batch, 1, generator=generator)) * (room - 1)).long() * SLOT
    at = torch.cat([at, torch.full((batch, 1), length - DIGITS - 1)], 1)
    digits = 16 + torch.randint(10, (batch, DIGITS), generator=generator)
    said = torch.cat([torch.full((batch, 1), KEY), digits], 1)
    for i in range(at.shape[1]):
        places = at[:, i : i + 1] + torch.arange(DIGITS + 1)
        tokens.scatter_(1, places, said)
        if i > 0:
            targets.scatter_(1, places[:, :-1], digits)
    return tokens, targets


MEMORIES = {
    "infini_linear": lambda: Infini(WIDTH, 2, "linear"),
    "infini_delta": lambda: Infini(WIDTH, 2, "delta"),
    # σ starts further into its exponential side, where what does not match counts less.
    "infini_linear_sharp": lambda: Infini(WIDTH, 2, "linear", sharpness=4.0),
    "infini_delta_sharp": lambda: Infini(WIDTH, 2, "delta", sharpness=4.0),
    "gated_delta": lambda: Delta(WIDTH, 2),
}


class Carried(SegmentModel):
    """A memory in both layers, carried from segment to segment."""

    def __init__(self, kind):
        super().__init__(VOCABULARY, [MEMORIES[kind](), MEMORIES[kind]()], WIDTH)

    def learned(self, tokens, generator):
        """Logits of the whole sequence."""
        return read(self, tokens, SEGMENT)

    def asked(self, tokens):
        """Logits of the last segment. Before it, the last layer only writes."""
        lower, upper = self.memories
        states = [None, None]
        *before, last = tokens.split(SEGMENT, 1)
        for part in before:
            x = rms_norm(self.embedding(part))
            y, states[0] = lower(rms_norm(x), states[0])
            x = x + y
            x = x + self.down[0](torch.relu(self.up[0](rms_norm(x))).square())
            states[1] = upper(rms_norm(x), states[1], reads=False)[1]
        return self(last, states)[0]


class Strided(StridedReader):
    """Files of 4,096 tokens when asked, a quarter of the sequence in training, under the gated delta rule; keys counted from a file's start, as served, or end."""

    def __init__(self):
        super().__init__(VOCABULARY, WIDTH, SEGMENT, Delta(WIDTH, 2))
        self.from_end = False

    def learned(self, tokens, generator):
        """Logits of the last segment. Spans are drawn, so that strides of 1 to 64 are met."""
        length = tokens.shape[1]
        self.span = 4 ** int(torch.randint(1, 5, (), generator=generator))
        return self.read(tokens, max(SEGMENT, length // 4), bool(torch.rand((), generator=generator) < 0.5))

    def asked(self, tokens):
        self.span = 128
        return self.read(tokens, 4096, self.from_end)


def run(kind, stages, lengths, seed=1):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Strided() if kind == "strided" else Carried(kind)
    gates = [p for n, p in model.named_parameters() if n.endswith(("gate", "sharpness", "scale"))]
    rest = [p for n, p in model.named_parameters() if not n.endswith(("gate", "sharpness", "scale"))]
    optimizer = torch.optim.AdamW([{"params": rest}, {"params": gates, "lr": 0.01}], lr=3e-3, betas=(0.9, 0.98), weight_decay=0.0)
    start, step = time.process_time(), 0
    for most, length, batch, times in stages:
        mean = None
        for _ in range(most):
            step += 1
            tokens, targets = draw(batch, length, times, generator)
            found = model.learned(tokens, generator)
            targets = targets[:, -found.shape[1] :]
            asked = targets >= 0
            loss = F.cross_entropy(found[asked], targets[asked])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            mean = loss.item() if mean is None else mean + 0.1 * (loss.item() - mean)
            if step % 20 == 0:
                right = float((found.argmax(-1) == targets)[asked].float().mean())
                print(f"{kind} step {step} of {length} tokens, loss {mean:.3f} right {right:.2f} {time.process_time() - start:.0f} s", file=sys.stderr)
            if mean < ENOUGH:
                break
    seconds = time.process_time() - start
    for length in lengths:
        emit(kind=kind, seed=seed, steps=step, seconds=round(seconds, 1), length=length, **shares(model, length))
        if kind == "strided":
            model.from_end = True
            emit(kind="strided_from_end", seed=seed, steps=step, seconds=round(seconds, 1), length=length, **shares(model, length))
            model.from_end = False


@torch.inference_mode()
def shares(model, length):
    """Share of the keys that are right in all digits, by where they stand: in the first, middle or last tenth of what precedes the last segment."""
    count = 32 if length <= 4096 else 16 if length <= 32 * 1024 else 8 if length <= 128 * 1024 else 2
    generator = torch.Generator().manual_seed(99)
    drawn = [draw(count, length, 1, generator, place) for place in (0.0, 0.45, 0.9)]
    tokens, targets = (torch.cat(parts) for parts in zip(*drawn))
    answers = model.asked(tokens)[:, -DIGITS - 1 : -1].argmax(-1)
    right = (answers == targets[:, -DIGITS - 1 : -1]).all(1).float().view(3, count).mean(1).tolist()
    return {"asked": count, **dict(zip(("start", "middle", "end"), right))}


def main():
    for kind in [*MEMORIES, "strided"]:
        run(kind, STAGES, [4096, 32 * 1024, 128 * 1024, 1024 * 1024])


if __name__ == "__main__":
    main()
