"""Bits per byte on held-out packages, language by language and equally weighted, beside gzip and xz on the same text.

    CORPUS=… python3 evaluate.py CHECKPOINT [SPLIT] [BATCHES] [SEQUENCES x TOKENS]     prints a Markdown table

Bits are those of every token of the rendered files, paths and structure included; bytes are the decoded UTF-8. `closed`: each sequence
alone; `open`: with the memory of the other sequences of its batch (files of the same package); `foreign`: with that of the batch before, mostly of
another package; `dilated`, `infini`, `continuous`: open to one reader alone; `causal`: no memory, but each file read right after another of the package, states and windows running on, as without a file scope.
gzip and xz compress each sequence's text alone, as the closed model sees it; the last column compresses it with the others before it.
"""
import gzip
import lzma
import math
import os
import sys
from pathlib import Path

import torch

from config import ModelConfig
from data import LANGUAGE_SHARE, Corpus, Sampler
from model import Longsight
from normalise import rms_norm


def load(checkpoint):
    saved = torch.load(checkpoint, map_location="cpu")
    model = Longsight(ModelConfig.from_json(saved["config"]))
    model.load_state_dict(saved["model"])
    return model.eval(), saved["progress"]


def only(corpus, language):
    """A view of the corpus with one language."""
    view = object.__new__(Corpus)
    view.files, view.shares = corpus.files, {language: corpus.shares[language]}
    return view


READERS = ("dilated", "infini", "continuous")


def alone(memory, reader):
    """The memory for one reader alone: the others get an empty one."""
    bindings, keys, curve = (float(reader == name) for name in ("infini", "dilated", "continuous"))
    return {
        **memory,
        "linear": memory["linear"] * bindings,
        "delta": memory["delta"] * bindings,
        "closed": torch.tensor((keys - 1) * 1e9),
        "open": torch.tensor(curve),
    }


def nats(model, tokens, opened, foreign=None, reader=None):
    """Nats of every predicted token [B, T]. `foreign`: tokens whose memory replaces the batch's own; `reader`: the only reader that gets it."""
    x = model.read(tokens[:, :-1])
    memory = None
    if opened and model.reads:
        source = rms_norm(x) if foreign is None else rms_norm(model.read(foreign[:, :-1]))
        memory = {**model.rest_of_batch(model.writer(source)), "closed": torch.zeros(()), "open": torch.ones(())}
        memory = memory if reader is None else alone(memory, reader)
    return model.nats(model.decode(x, memory), tokens[:, 1:])


def nats_after_another(model, tokens):
    """Nats of every predicted token [B, T], each sequence continued directly from the one before it."""
    length = tokens.shape[1] - 1
    both = torch.cat([tokens.roll(1, 0)[:, :-1], tokens], 1)
    return nats(model, both, False)[:, -length:]


def xz_bits(data, before=b""):
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]

    def size(b):
        return len(lzma.compress(b, lzma.FORMAT_RAW, filters=filters))

    return 8 * (size(before + data) - (size(before) if before else 0))


def measure(model, corpus, language, batches, shape, seed=11):
    sampler = Sampler(only(corpus, language), seed, fim=0.0, one_package=1.0)
    bits = dict.fromkeys(["closed", "open", *READERS, "foreign", "causal", "gzip", "xz", "xz with others"], 0.0)
    # The first batch has no predecessor; its own sequences would contain the text itself.
    size, previous = 0, torch.from_numpy(Sampler(only(corpus, language), seed + 1, fim=0.0, one_package=1.0).batch(*shape)[0])
    for _ in range(batches):
        tokens = torch.from_numpy(sampler.batch(*shape)[0])
        texts = [sampler.tokenizer.decode(row).encode("utf8", "replace") for row in tokens[:, 1:].tolist()]
        size += sum(map(len, texts))
        with torch.no_grad():
            bits["closed"] += float(nats(model, tokens, False).sum()) / math.log(2)
            bits["open"] += float(nats(model, tokens, True).sum()) / math.log(2)
            for reader in READERS:
                bits[reader] += float(nats(model, tokens, True, reader=reader).sum()) / math.log(2)
            bits["foreign"] += float(nats(model, tokens, True, previous).sum()) / math.log(2)
            bits["causal"] += float(nats_after_another(model, tokens).sum()) / math.log(2)
        for i, text in enumerate(texts):
            bits["gzip"] += 8 * len(gzip.compress(text, 9))
            bits["xz"] += xz_bits(text)
            bits["xz with others"] += xz_bits(text, b"".join(texts[i + 1 :] + texts[:i]))
        previous = tokens
    return {name: value / size for name, value in bits.items()}


def main(checkpoint, split="validation", batches="6", shape="4x512"):
    model, progress = load(checkpoint)
    corpus = Corpus(Path(os.environ.get("CORPUS", "corpus")) / f"{split}.jsonl")
    rows = {language: measure(model, corpus, language, int(batches), tuple(map(int, shape.split("x")))) for language in LANGUAGE_SHARE if language in corpus.shares}
    names = list(next(iter(rows.values())))
    rows["all, equally"] = {name: sum(row[name] for row in rows.values()) / len(rows) for name in names}
    print(f"{split}, {progress['tokens'] / 1e6:.2f}M tokens seen, {batches} batches of {shape} a language\n")
    print("| language | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for language, row in rows.items():
        print(f"| {language} | " + " | ".join(f"{row[name]:.3f}" for name in names) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
