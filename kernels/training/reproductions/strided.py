"""The strided read over files (kernels/dilated-attention/strided-read.ts), at small size: a layer whose state is scoped to a file, then one that reads
kept keys of the files before, chosen by position alone, in one softmax with local attention. Files read nothing of one another, as when served."""
import torch

from attention import rotate, rotary_angles
from memory import stride_at
from normalise import rms_norm
from segments import Heads, SegmentModel


def kept_places(length, head, stride, from_end):
    """Of a file of `length` tokens: p ≡ head (mod stride) from its start, or from its end, where a state has seen all of the file."""
    places = torch.arange(head % stride, length, stride)
    return length - 1 - places if from_end else places


class StridedRead(Heads):
    """Local attention and the kept keys in one softmax. Kept keys have no position: queries meet them unrotated."""

    def forward(self, x, memory):
        """memory: the kept (keys, values), [B, M, dh] for each head; [] without any."""
        q, k, v, _ = self.of(x, None)
        q, length = q * self.scale[:, None, None], q.shape[2]
        cosine, sine = rotary_angles(length, q.shape[-1], 10_000.0, q.device)
        near = rotate(q, cosine, sine) @ rotate(k, cosine, sine).transpose(-1, -2)
        near = near.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
        found = []
        for head in range(self.heads):
            scores, values = near[:, head], v[:, head]
            if memory:
                keys, kept = memory[head]
                scores = torch.cat([scores, q[:, head] @ keys.transpose(-1, -2)], -1)
                values = torch.cat([values, kept], 1)
            found.append(torch.softmax(scores, -1) @ values)
        return self.join(torch.stack(found, 1)), None


class StridedReader(SegmentModel):
    """`below` is the layer of a file's own state; `span`: files that begin nearer keep every token, the stride grows by 4 with the distance."""

    def __init__(self, vocabulary, width, segment, below, span=128):
        super().__init__(vocabulary, [below, StridedRead(width, 2)], width)
        self.segment, self.span = segment, span

    def written(self, file):
        """The keys and values [B, H, T, dh] that a file leaves, before any are dropped."""
        x = rms_norm(self.embedding(file))
        y, _ = self.memories[0](rms_norm(x), None)
        x = x + y
        x = x + self.down[0](torch.relu(self.up[0](rms_norm(x))).square())
        _, k, v, _ = self.memories[1].of(rms_norm(x), None)
        return k, v

    def read(self, tokens, file, from_end):
        """Logits of the last segment, which is a file of its own; all before it are files of `file` tokens, the nearest perhaps shorter."""
        before = tokens[:, : -self.segment]
        kept = [[] for _ in range(self.memories[1].heads)]
        for start in range(0, before.shape[1], file):
            k, v = self.written(before[:, start : start + file])
            length = k.shape[2]
            stride = stride_at(before.shape[1] - start - length, self.span, 4)
            for head, own in enumerate(kept):
                places = kept_places(length, head, stride, from_end)
                own.append((k[:, head, places], v[:, head, places]))
        memory = [tuple(torch.cat(part, 1) for part in zip(*own)) for own in kept]
        return self(tokens[:, -self.segment :], [None, memory])[0]
