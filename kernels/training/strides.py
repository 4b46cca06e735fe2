"""Teaches a pretrained code model to read far keys that were thinned: adapters of queries, keys and values, and a gate a layer.

    MODEL=coder.gguf CORPUS=corpus OUT=strides python3 strides.py            trains; resumes when OUT holds adapters.pt
    MODEL=coder.gguf CORPUS=corpus OUT=strides python3 strides.py evaluate   bits a byte by stride, as pretrained and adapted

A sequence is [shared prefix | chunk | … | chunk | the file up to the cursor, after it | the middle], as `server/coder/prompt.ts` has it. A chunk
sees the prefix and itself, as if it had been read beforehand, once, and turned to its place; of its keys each key head keeps those
at places p ≡ head (mod stride), as in `../decoder/levels.ts`. The file sees the prefix, what is kept of every chunk, and itself. One run with a
mask computes all of that exactly. The loss is that of the middle: the lines which the file's other lines had no part in choosing chunks for.

Strides are LongNet's levels (arXiv 2307.02486): 1, 2, 4, 8, drawn for each chunk, and no chunk at all in one sequence of five, so that
the model stays what it is alone. Keys read apart lose what each other's neighbours would have told them; KV Packet (arXiv 2604.13226) and
KVLink (arXiv 2502.16002) recover it by training little, which is the idea here.
"""
import json
import math
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402  the number of threads is read when it loads
import torch.nn.functional as F  # noqa: E402

from chunks import choose_chunks  # noqa: E402
from data import Corpus  # noqa: E402
from decoder import open_decoder  # noqa: E402

E = os.environ.get
STRIDES = (1, 2, 4, 8)
FILE, PREFIX, SUFFIX, MIDDLE = "<|file_sep|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"


class Settings:
    model, corpus, out = E("MODEL", ""), Path(E("CORPUS", "corpus")), Path(E("OUT", "strides"))
    seconds = float(E("SECONDS_TO_RUN", "1800"))
    device = E("DEVICE", "cuda" if torch.cuda.is_available() else "cpu")
    rank, rate, warm_up = int(E("RANK", "8")), float(E("RATE", "3e-4")), int(E("WARM_UP", "20"))
    batch = int(E("BATCH", "4"))  # sequences a step
    chunks, chunk_tokens = int(E("CHUNKS", "5")), int(E("CHUNK_TOKENS", "128"))
    before, after, middle = int(E("BEFORE", "256")), int(E("AFTER", "64")), int(E("MIDDLE", "64"))
    alone = float(E("ALONE", "0.2"))  # share of the sequences without chunks
    save_every, seed = float(E("SAVE_EVERY", "180")), int(E("SEED", "1"))
    cases = int(E("CASES", "64"))  # sequences of an evaluation


class Sequence:
    """Tokens, and where each part of them begins: [0, prefix) seen by all, chunks at `starts`, the file from `file` on, its middle from `middle` on."""

    def __init__(self, ids, starts, file, middle, size):
        self.ids, self.starts, self.file, self.middle, self.bytes = ids, starts, file, middle, size

    def parts(self):
        """The part of each token: −1 the prefix, 0 … the chunks, and one more the file."""
        part = torch.full((len(self.ids),), -1)
        for index, (start, end) in enumerate(zip(self.starts, [*self.starts[1:], self.file])):
            part[start:end] = index
        part[self.file :] = len(self.starts)
        return part

    def mask(self, strides, key_heads):
        """(seen [K, T, T], far [T, T]): who sees whom by key head, and which pairs are of a file's token and a chunk's key."""
        T, part = len(self.ids), self.parts()
        place = torch.arange(T)
        causal = place[None] <= place[:, None]
        far = (part[:, None] == len(self.starts)) & (part[None] >= 0) & (part[None] < len(self.starts))
        own = causal & ((part[:, None] == part[None]) | (part[None] < 0))
        starts = torch.tensor([0, *self.starts])  # of each part, the prefix first
        stride = torch.tensor([1, *strides])
        known = part.clamp(max=len(self.starts) - 1) + 1
        offset = place - starts[known]
        kept = torch.stack([offset % stride[known] == head % stride[known] for head in range(key_heads)])  # [K, T]
        return own[None] | (far[None] & kept[:, None]), far


class Sampler:
    """Sequences from neighbouring files of a package."""

    def __init__(self, corpus, tokenizer, settings, seed):
        self.corpus, self.tokenizer, self.s, self.rng = corpus, tokenizer, settings, np.random.default_rng(seed)
        self.special = {name: tokenizer.convert_tokens_to_ids(name) for name in (FILE, PREFIX, SUFFIX, MIDDLE)}

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def draw(self):
        while True:
            key = self.corpus.draw_package(self.rng, 4)
            files = self.corpus.files[key]
            place = int(self.rng.integers(len(files)))
            made = self.sequence(files, place)
            if made is not None:
                return made

    def sequence(self, files, place):
        s, (path, text) = self.s, files[place]
        lines = text.split("\n")
        if len(lines) < 20:
            return None
        at = int(self.rng.integers(10, len(lines) - 5))
        above, rest = "\n".join(lines[:at]) + "\n", lines[at:]
        start = self.encode(above[-8 * s.before :])[-s.before :]
        count = int(self.rng.integers(1, 7))  # lines in the middle
        middle = self.encode("\n".join(rest[:count]) + "\n")[: s.middle]
        follows = self.encode("\n".join(rest[count : count + 8])[: 6 * s.after])[: s.after]
        if not "".join(rest[:count]).strip():
            return None
        others = [files[i] for i in range(max(0, place - 40), min(len(files), place + 41)) if i != place]
        chosen = choose_chunks(above[-4000:], others, s.chunks)
        ids, starts = [self.special[FILE]], []
        for other, chunk in chosen:
            starts.append(len(ids))
            ids += self.encode(f"{other}\n{chunk}\n")[: s.chunk_tokens]
        file = len(ids)
        ids += [self.special[FILE], *self.encode(f"{path}\n"), self.special[PREFIX], *start]
        ids += [self.special[SUFFIX], *follows, self.special[MIDDLE]]
        size = len(self.tokenizer.decode(middle).encode())
        return Sequence([*ids, *middle], starts, file, len(ids), size)


def loss_of(model, sequence, strides, device):
    """Nats of the middle, summed. Strides: of each chunk; None closes all of them."""
    if strides is None:
        prefix = sequence.starts[0] if sequence.starts else sequence.file
        shift = sequence.file - prefix
        sequence = Sequence([*sequence.ids[:prefix], *sequence.ids[sequence.file :]], [], prefix, sequence.middle - shift, sequence.bytes)
        strides = []
    seen, far = sequence.mask(strides, model.config.key_heads)
    ids = torch.tensor(sequence.ids, device=device)
    wanted = torch.arange(sequence.middle - 1, len(ids) - 1, device=device)
    logits = model(ids, seen.to(device), far.to(device), wanted)
    return F.cross_entropy(logits.float(), ids[sequence.middle :], reduction="sum")


@torch.no_grad()
def evaluate(model, cases, device):
    """Bits a byte of the middles: without chunks, and at each stride, as pretrained and adapted."""
    table = {}
    for name, off in (("pretrained", True), ("adapted", False)):
        model.without_adapters(off)
        gates = [layer.far_gate.detach().clone() for layer in model.layers]
        if off:
            for layer in model.layers:
                layer.far_gate.zero_()
        for stride in (None, *STRIDES):
            nats = [loss_of(model, one, None if stride is None else [stride] * len(one.starts), device).item() for one in cases]
            table[f"{name}, {'no chunks' if stride is None else f'stride {stride}'}"] = sum(nats) / math.log(2) / sum(one.bytes for one in cases)
        for layer, gate in zip(model.layers, gates):
            layer.far_gate.copy_(gate)
    return table


def load(model, path):
    if not path.exists():
        return {"step": 0, "seconds": 0.0}
    held = torch.load(path, map_location="cpu")
    model.load_state_dict(held["adapters"], strict=False)
    return held["progress"]


def save(model, path, progress):
    temporary = path.with_suffix(".tmp")
    torch.save({"adapters": {name: p.detach().cpu() for name, p in model.adapters().items()}, "progress": progress}, temporary)
    temporary.rename(path)


def train(model, sampler, settings):
    """AdamW on the adapters; the rate falls linearly to nothing at the end of the time. `progress` counts all runs."""
    s, parameters = settings, list(model.adapters().values())
    optimizer = torch.optim.AdamW(parameters, lr=s.rate, betas=(0.9, 0.95), weight_decay=0.0)
    path = s.out / "adapters.pt"
    progress = load(model, path)
    began = saved = time.time()
    step = 0
    while (spent := time.time() - began) < s.seconds:
        step += 1
        scale = min(1.0, step / s.warm_up) * max(0.02, 1 - spent / s.seconds)
        for group in optimizer.param_groups:
            group["lr"] = s.rate * scale
        nats = count = 0
        for _ in range(s.batch):
            one = sampler.draw()
            strides = None if sampler.rng.random() < s.alone else [int(sampler.rng.choice(STRIDES)) for _ in one.starts]
            loss = loss_of(model, one, strides, s.device)
            (loss / (len(one.ids) - one.middle) / s.batch).backward()
            nats, count = nats + loss.item(), count + one.bytes
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        now = {"step": progress["step"] + step, "seconds": progress["seconds"] + time.time() - began}
        print(json.dumps({**now, "bits a byte": round(nats / math.log(2) / count, 4)}), flush=True)
        if time.time() - saved > s.save_every:
            save(model, path, now)
            saved = time.time()
    save(model, path, now)


def main(what):
    s = Settings
    if not Path(s.model).is_file():
        sys.exit("MODEL has to name a GGUF file.")
    s.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(s.seed)
    model, tokenizer = open_decoder(s.model, s.rank)
    model.to(s.device)
    if what == "train":
        progress = load(model, s.out / "adapters.pt")
        train(model, Sampler(Corpus(s.corpus / "train.jsonl"), tokenizer, s, s.seed + progress["step"]), s)
    load(model, s.out / "adapters.pt")
    held_out = Sampler(Corpus(s.corpus / "validation.jsonl"), tokenizer, s, 1007)
    table = evaluate(model, [held_out.draw() for _ in range(s.cases)], s.device)
    (s.out / "evaluation.json").write_text(json.dumps(table, indent=1))
    for name, bits in table.items():
        print(f"{name:28} {bits:.4f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "train")
