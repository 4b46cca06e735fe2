"""Chunks of other files that resemble what stands above a cursor, by BM25 over their words (Robertson and Zaragoza, 2009)."""
import math
import re
from collections import Counter

WORD = re.compile(r"[A-Za-z]{3,}")
K1, B = 1.2, 0.75


def words_of(text):
    """Words of identifiers, which are cut at capitals and underscores."""
    return [word.lower() for word in WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", text))]


def choose_chunks(query, files, count, lines=10):
    """The `count` best chunks of `files` [(path, text)], the best last, where it is nearest the file. Fewer when there are fewer."""
    chunks = []
    for path, text in files:
        rows = text.split("\n")
        chunks += [(path, "\n".join(rows[at : at + lines])) for at in range(0, len(rows), lines)]
    bags = [Counter(words_of(text)) for _, text in chunks]
    lengths = [sum(bag.values()) for bag in bags]
    mean = sum(lengths) / max(1, len(lengths)) or 1
    frequency = Counter(word for bag in bags for word in bag)
    asked = set(words_of(query))
    rarity = {word: math.log(1 + (len(bags) - frequency[word] + 0.5) / (frequency[word] + 0.5)) for word in asked}

    def score(index):
        bag, length = bags[index], lengths[index]
        return sum(rarity[word] * bag[word] * (K1 + 1) / (bag[word] + K1 * (1 - B + B * length / mean)) for word in asked & bag.keys())

    best = sorted(range(len(chunks)), key=score, reverse=True)[:count]
    return [chunks[index] for index in reversed(best)]
