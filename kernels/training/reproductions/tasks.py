"""The tasks that the papers train on, generated: every function draws one batch (tokens [B, T], targets [B, T], −1 where nothing is asked)."""
import random

import torch


def associative_recall(batch, length, keys, generator, last_only=False):
    """Pairs of a key and its value, drawn with repetition, each key bound to one value a sequence; asked: the value after a key that came
    before (H3, arXiv 2212.14052, section 3.1). Keys are 0 … keys − 1, values keys … 2·keys − 1. `last_only`: the last pair alone is asked."""
    bound = torch.stack([torch.randperm(keys, generator=generator) for _ in range(batch)])
    drawn = torch.randint(keys, (batch, length // 2), generator=generator)
    tokens = torch.stack([drawn, keys + bound.gather(1, drawn)], 2).flatten(1)
    seen = torch.zeros(batch, keys, dtype=torch.bool)
    asked = torch.zeros(batch, length // 2, dtype=torch.bool)
    for i in range(length // 2):
        asked[:, i] = seen.gather(1, drawn[:, i : i + 1])[:, 0]
        seen.scatter_(1, drawn[:, i : i + 1], True)
    if last_only:
        asked[:, :-1] = False
    targets = torch.full((batch, length), -1)
    targets[:, ::2] = torch.where(asked, tokens[:, 1::2], -1)
    return tokens, targets


def induction(batch, length, vocabulary, generator):
    """Random tokens with one special token somewhere; after its second showing, at the end, the token after its first is asked (H3,
    arXiv 2212.14052, section 3.1). The special token is `vocabulary`."""
    tokens = torch.randint(vocabulary, (batch, length), generator=generator)
    place = torch.randint(length - 2, (batch, 1), generator=generator)
    tokens.scatter_(1, place, vocabulary)
    tokens[:, -1] = vocabulary
    targets = torch.full((batch, length), -1)
    targets[:, -1] = tokens.gather(1, place + 1)[:, 0]
    return tokens, targets


def faint_tone(batch, length, pitches, generator, levels=32, heard=0.25):
    """A signal of `length` samples in `levels` steps of its height: noise, and in the first quarter of it a tone of random phase, as loud as the
    noise. Asked: which of `pitches`, their periods from 8 samples to 128. Returns (tokens [B, T], targets [B, 1]). No single sample
    says it, and three quarters of them say nothing: what raw speech asks of a model (S4, arXiv 2111.00396, section 4.3), in small."""
    pitch = torch.randint(pitches, (batch, 1), generator=generator)
    period = 8 * 16 ** (pitch / (pitches - 1))
    t = torch.arange(length)[None]
    phase = 2 * torch.pi * torch.rand(batch, 1, generator=generator)
    tone = torch.sin(2 * torch.pi * t / period + phase) * (t < heard * length)
    signal = 2**0.5 * tone + torch.randn(batch, length, generator=generator)
    return ((signal / 3 + 1) / 2 * levels).long().clamp(0, levels - 1), pitch


LIST_OPS = ("MIN", "MAX", "MED", "SM")
# Digits are their own tokens; then come the four operators with their opening bracket, the closing bracket and padding.
LIST_CLOSE, LIST_PADDING, LIST_VOCABULARY = 14, 15, 16


def list_ops_value(operator, values):
    """Minimum, maximum, median (the middle of an even number rounded down) or sum modulo 10."""
    if operator == "MED":
        ordered, half = sorted(values), len(values) // 2
        return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) // 2
    return min(values) if operator == "MIN" else max(values) if operator == "MAX" else sum(values) % 10


def list_ops_tree(generator, depth):
    """(tokens, value) of one list: an operator, two to ten lists or digits, of which three in four are lists while the depth allows, a closing bracket."""
    operator = generator.randrange(4)
    tokens, values = [10 + operator], []
    for _ in range(generator.randint(2, 10)):
        value = generator.randrange(10)
        inner = [value]
        if depth > 1 and generator.random() < 0.75:
            inner, value = list_ops_tree(generator, depth - 1)
        tokens += inner
        values.append(value)
    return [*tokens, LIST_CLOSE], list_ops_value(LIST_OPS[operator], values)


def list_ops(batch, length, generator, depth=4):
    """ListOps of Long Range Arena (arXiv 2011.04006, section 2.2; arXiv 1804.06028), nested lists of digits under MIN, MAX, MED and SM: (tokens
    [B, length], targets [B, 1]), lists of half of the length or more, behind padding. Asked: the value, 0 to 9. A depth of 4 suits
    512 tokens; Long Range Arena has 10 and up to 2,000."""
    tokens, targets = torch.full((batch, length), LIST_PADDING), torch.zeros(batch, 1, dtype=torch.long)
    drawing = random.Random(int(torch.randint(2**31, (), generator=generator)))
    for row in range(batch):
        tree = []
        while not length // 2 <= len(tree) <= length:
            tree, value = list_ops_tree(drawing, depth)
        tokens[row, length - len(tree) :] = torch.tensor(tree)
        targets[row, 0] = value
    return tokens, targets
