"""Models that run a segment at a time and carry a memory to the next: the papers' memories, at small size.

Every memory is a module `forward(x [B, S, d], state) → (y, state)`, state None before the first segment. All of them share local causal attention
with rotary positions over the segment (`Heads`); what differs is what they see of earlier ones:

- TransformerXl   (arXiv 1901.02860) the keys and values of the segments before, as many tokens as `memory`, gradient stopped
- Compressive     (arXiv 1911.05507) those of one segment before, and older ones compressed by a strided convolution, `rate` to one
- Memorizing      (arXiv 2203.08913) the k nearest of all earlier keys, each head by itself, mixed with local attention by a gate
- Infini          (arXiv 2404.07143) a matrix M and a sum z under σ = ELU + 1, written by the linear or the delta rule, mixed by a gate
- Infinite        (arXiv 2109.00301) N coefficients of Gaussians, read as a density (kernels/continuous-memory), uniform or sticky
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from attention import rotate, rotary_angles
from convolution import near_identity, short_convolution
from normalise import rms_norm


class Heads(nn.Module):
    """Queries, keys and values, behind a causal convolution of width 4 that sees across the border of segments; local attention over them."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width, bias=False)
        self.short = near_identity(4, 3 * width)
        self.out = nn.Linear(width, width, bias=False)
        self.scale = nn.Parameter(torch.full((heads,), 2 / math.sqrt(width // heads)))

    def of(self, x, past):
        """q, k, v [B, H, S, dh], and the last three projections."""
        B, S, d = x.shape
        p = self.project(x)
        before = torch.zeros(B, 3, p.shape[-1]) if past is None else past
        joined = torch.cat([before, p], 1)
        q, k, v = short_convolution(joined, self.short)[:, 3:].chunk(3, -1)
        q, k, v = (z.reshape(B, S, self.heads, -1).transpose(1, 2) for z in (q, k, v))
        return rms_norm(q), rms_norm(k), v, joined[:, -3:].detach()

    def attend(self, q, k, v):
        """Causal attention of S queries over the last S keys and all before them, by distance."""
        S, K = q.shape[2], k.shape[2]
        cosine, sine = rotary_angles(K, q.shape[-1], 10_000.0, q.device)
        scores = rotate(q, cosine[K - S :], sine[K - S :]) @ rotate(k, cosine, sine).transpose(-1, -2) * self.scale[:, None, None]
        seen = torch.arange(K)[None] <= torch.arange(S)[:, None] + K - S
        return torch.softmax(scores.masked_fill(~seen, float("-inf")), -1) @ v

    def join(self, y):
        return self.out(y.transpose(1, 2).flatten(2))


class TransformerXl(Heads):
    def __init__(self, width, heads, memory):
        super().__init__(width, heads)
        self.memory = memory

    def forward(self, x, state):
        past, keys, values = state or (None, None, None)
        q, k, v, past = self.of(x, past)
        if keys is not None:
            k, v = torch.cat([keys, k], 2), torch.cat([values, v], 2)
        y = self.join(self.attend(q, k, v))
        return y, (past, k[:, :, -self.memory :].detach(), v[:, :, -self.memory :].detach())


class Compressive(Heads):
    def __init__(self, width, heads, segment, memory, rate=4):
        super().__init__(width, heads)
        self.segment, self.memory, self.rate = segment, memory, rate
        head = width // heads
        self.compress = nn.Conv1d(2 * head, 2 * head, rate, stride=rate, groups=2)
        nn.init.constant_(self.compress.bias, 0.0)

    def forward(self, x, state):
        past, near, far = state or (None, None, None)
        q, k, v, past = self.of(x, past)
        kept = torch.cat([k, v], -1)
        seen = [z for z in (far, near, kept) if z is not None]
        keys, values = torch.cat(seen, 2).chunk(2, -1)
        y = self.join(self.attend(q, keys, values))
        if near is not None:
            B, H, S, d = near.shape
            # Compressed without stopping the gradient through the convolution, which is how it learns here.
            squeezed = self.compress(near.flatten(0, 1).transpose(1, 2)).transpose(1, 2).view(B, H, -1, d)
            far = squeezed if far is None else torch.cat([far.detach(), squeezed], 2)[:, :, -self.memory :]
        return y, (past, kept.detach(), far)


class Memorizing(Heads):
    def __init__(self, width, heads, nearest=8):
        super().__init__(width, heads)
        self.nearest = nearest
        self.gate = nn.Parameter(torch.zeros(heads))

    def forward(self, x, state):
        past, keys, values = state or (None, None, None)
        q, k, v, past = self.of(x, past)
        y = self.attend(q, k, v)
        if keys is not None:
            scores = q @ keys.transpose(-1, -2) * self.scale[:, None, None]
            best = scores.topk(min(self.nearest, scores.shape[-1]), -1)
            B, H, S, n = best.indices.shape
            index = best.indices.flatten(2)[..., None].expand(-1, -1, -1, v.shape[-1])
            found = values.gather(2, index).view(B, H, S, n, -1)
            read = (torch.softmax(best.values, -1)[..., None] * found).sum(3)
            g = torch.sigmoid(self.gate)[:, None, None]
            y = g * read + (1 - g) * y
            keys, values = torch.cat([keys, k.detach()], 2), torch.cat([values, v.detach()], 2)
        else:
            keys, values = k.detach(), v.detach()
        return self.join(y), (past, keys, values)


class Infini(Heads):
    def __init__(self, width, heads, rule="linear", sharpness=1.0):
        super().__init__(width, heads)
        self.rule = rule
        self.gate = nn.Parameter(torch.zeros(heads))
        self.sharpness = nn.Parameter(torch.full((heads,), sharpness))  # how far queries and keys reach into σ's exponential side

    def forward(self, x, state, reads=True):
        """`reads`: without it only the memory is written, and the output is 0."""
        past, M, z = state or (None, None, None)
        q, k, v, past = self.of(x, past)
        y = self.attend(q, k, v) if reads else torch.zeros_like(v)
        sharp = self.sharpness[:, None, None]
        q, k = F.elu(q * sharp) + 1, F.elu(k * sharp) + 1
        if M is not None and reads:
            read = q @ M / (q @ z[..., None]).clamp_min(1e-6)
            g = torch.sigmoid(self.gate)[:, None, None]
            y = g * read + (1 - g) * y
        known = k @ M / (k @ z[..., None]).clamp_min(1e-6) if self.rule == "delta" and M is not None else 0
        added = k.transpose(-1, -2) @ (v - known)
        M = added if M is None else M + added
        z = k.sum(2) if z is None else z + k.sum(2)
        return self.join(y), (past, M, z)


class Infinite(Heads):
    """Local attention, plus a read of a continuous memory of all segments before. `sticky`: samples stand where attention went."""

    def __init__(self, width, heads, segment, bases=64, kept=0.75, ridge=0.5, sticky=False, widths=(0.01, 0.05)):
        super().__init__(width, heads)
        each = bases // len(widths)
        self.sticky, self.samples, self.kept = sticky, 2 * bases, kept
        self.register_buffer("centres", ((torch.arange(each) + 0.5) / each).repeat(len(widths)))
        self.register_buffer("widths", torch.tensor(widths).repeat_interleave(each))
        self.key, self.value = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
        self.query = nn.Linear(width, width, bias=False)
        self.location = nn.Linear(bases, 2)
        self.read_out = nn.Linear(width, width, bias=False)
        even = (torch.arange(self.samples) + 0.5) / self.samples
        new = (torch.arange(segment) + 0.5) / segment
        self.register_buffer("even", even)
        self.register_buffer("first", self.fit(new, ridge))
        self.register_buffer("later", self.fit(torch.cat([kept * even, kept + (1 - kept) * new]), ridge))

    def psi(self, t):
        return torch.exp(-0.5 * ((t[..., None] - self.centres) / self.widths) ** 2) / (self.widths * math.sqrt(2 * math.pi))

    def fit(self, points, ridge):
        psi = self.psi(points).double()
        return torch.linalg.solve(psi.t() @ psi + ridge * torch.eye(psi.shape[1], dtype=torch.float64), psi.t()).float()

    def forward(self, x, state):
        past, B, where = state or (None, None, None)
        q, k, v, past = self.of(x, past)
        y = self.join(self.attend(q, k, v))
        if B is not None:
            def split(z):
                return z.unflatten(-1, (self.heads, -1)).transpose(1, 2)

            queries, keys, values = split(self.query(x)), split(self.key(B)), split(self.value(B))
            scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
            place = self.location(scores)
            mean, variance = torch.sigmoid(place[..., :1]), F.softplus(place[..., 1:]) * 0.1 + 1e-6
            total = variance + self.widths**2
            r = torch.exp(-0.5 * (mean - self.centres) ** 2 / total) / torch.sqrt(2 * math.pi * total)
            y = y + self.read_out((r @ values).transpose(1, 2).flatten(2))
            if self.sticky:
                bins = (torch.arange(64) + 0.5) / 64
                where = torch.exp(-0.5 * (mean - bins) ** 2 / (variance + (0.5 / 64) ** 2)).detach().sum((1, 2))
        signal = x.detach()
        if B is None:
            B = self.first @ signal
        else:
            points = self.even.expand(x.shape[0], -1)
            if self.sticky and where is not None:
                share = (where + 0.01 * (where.sum(-1, keepdim=True) + 1) / 64).double()
                ends = (share / share.sum(-1, keepdim=True)).cumsum(-1)
                bin = torch.searchsorted(ends, points.double().contiguous()).clamp_max(63)
                before = F.pad(ends, (1, 0)).gather(1, bin)
                inside = (points - before) / (ends.gather(1, bin) - before).clamp_min(1e-12)
                points = ((bin + inside) / 64).float()
            B = self.later @ torch.cat([self.psi(points) @ B, signal], 1)
        return y, (past, B.detach(), where)


class SegmentModel(nn.Module):
    """Embedding, layers (memory, MLP), head, over one segment with the state of every layer."""

    def __init__(self, vocabulary, memories, width, outputs=None):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.memories = nn.ModuleList(memories)
        self.up = nn.ModuleList(nn.Linear(width, 2 * width, bias=False) for _ in memories)
        self.down = nn.ModuleList(nn.Linear(2 * width, width, bias=False) for _ in memories)
        self.head = nn.Linear(width, outputs or vocabulary, bias=False)
        for name, p in self.named_parameters():
            if p.dim() == 2 and name.endswith("weight") and "embedding" not in name and "location" not in name:
                nn.init.normal_(p, std=0.5 / math.sqrt(p.shape[1]))

    def forward(self, tokens, states=None):
        states = states or [None] * len(self.memories)
        x, after = rms_norm(self.embedding(tokens)), []
        for memory, up, down, state in zip(self.memories, self.up, self.down, states):
            y, state = memory(rms_norm(x), state)
            x = x + y
            x = x + down(torch.relu(up(rms_norm(x))).square())
            after.append(state)
        return self.head(rms_norm(x)), after


def read(model, tokens, segment):
    """Logits of a whole sequence [B, T], segment by segment, the gradient running through what is carried where the memory lets it."""
    logits, states = [], None
    for part in tokens.split(segment, 1):
        out, states = model(part, states)
        logits.append(out)
    return torch.cat(logits, 1)
