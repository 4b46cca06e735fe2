"""Training sequences from the corpus: renderings, fill-in-the-middle, and batches whose sequences are files of one package.

A batch is B sequences of T tokens from B neighbouring files of one package, in tree order, so that each can read the memory of the
others. A file longer than a sequence gives a window of whole lines; shorter files are followed by their neighbours. Half of the files
are rendered with a cursor: four in five suffix first, as served.
"""
import bisect
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from tokenizer import END, FILE, PAD, TEXT, TextTokenizer

LANGUAGE_SHARE = {"typescript": 0.2, "javascript": 0.15, "python": 0.2, "java": 0.1, "go": 0.1, "rust": 0.1, "c": 0.08, "cpp": 0.07}
BYTES_PER_TOKEN = 3.3


class Corpus:
    """Files of one split by (language, package), in tree order."""

    def __init__(self, path):
        self.files = defaultdict(list)
        with open(path) as file:
            for line in file:
                document = json.loads(line)
                self.files[document["language"], document["package"]].append((document["path"], document["text"]))
        self.shares = defaultdict(list)
        for (language, package), files in self.files.items():
            # The square root keeps one large package from dominating its language.
            self.shares[language].append((package, sum(len(text) for _, text in files) ** 0.5))

    def draw_package(self, rng, at_least=1):
        languages = [language for language in LANGUAGE_SHARE if language in self.shares]
        share = np.array([LANGUAGE_SHARE[language] for language in languages])
        while True:
            language = languages[rng.choice(len(languages), p=share / share.sum())]
            packages, weights = zip(*self.shares[language])
            weights = np.array(weights)
            key = language, packages[rng.choice(len(packages), p=weights / weights.sum())]
            if len(self.files[key]) >= at_least:
                return key


class Sampler:
    def __init__(self, corpus, seed, tokenizer=None, fim=0.5, one_package=0.8):
        self.corpus, self.rng = corpus, np.random.default_rng(seed)
        self.tokenizer = tokenizer or TextTokenizer()
        self.fim, self.one_package = fim, one_package

    def batch(self, count, length):
        """(tokens [B, T + 1] int64, weights [B, T] float32, whether the sequences are files of one package)."""
        together = count > 1 and self.rng.random() < self.one_package
        if together:
            key = self.corpus.draw_package(self.rng, 2 * count)
            files = self.corpus.files[key]
            starts = self.neighbours(len(files), count)
            rows = [self.sequence(key, start, length + 1) for start in starts]
        else:
            keys = [self.corpus.draw_package(self.rng) for _ in range(count)]
            rows = [self.sequence(key, int(self.rng.integers(len(self.corpus.files[key]))), length + 1) for key in keys]
        tokens = np.array(rows, dtype=np.int64)
        return tokens, (tokens[:, 1:] != PAD).astype(np.float32), together

    def neighbours(self, total, count):
        """`count` distinct places of `total`, in order, mostly near each other."""
        first = int(self.rng.integers(total))
        reach = min(total, int(count * 2 ** self.rng.integers(1, 5)))
        low = max(0, min(first - reach // 2, total - reach))
        return sorted(low + self.rng.choice(reach, count, replace=False))

    def sequence(self, key, place, length):
        files, tokens = self.corpus.files[key], []
        while len(tokens) < length:
            path, text = files[place % len(files)]
            tokens += self.render(path, text, length - len(tokens))
            place += 1
        return tokens[:length]

    def render(self, path, text, room):
        budget = int(room * BYTES_PER_TOKEN)
        if self.rng.random() < self.fim and room > 64:
            text, _ = self.window(text, int(0.8 * budget))  # the middle comes last and has to fit
            prefix, middle, suffix = self.cut(text)
            return self.tokenizer.middle_out(path, prefix, middle, suffix, suffix_first=self.rng.random() < 0.8)
        text, closing = self.window(text, budget + 200)
        ids = [FILE, *self.tokenizer.encode(path), TEXT, *self.tokenizer.encode(text)]
        return [*ids, END] if closing else ids

    def window(self, text, budget):
        """At most about `budget` characters of whole lines: (text, whether it ends the file). Often from the start, where
        imports are, as an editor's prompt is."""
        if len(text) <= budget:
            return text, True
        start = 0
        if self.rng.random() > 0.35:
            start = int(self.rng.integers(len(text) - budget // 2))
            start = text.rfind("\n", 0, start) + 1
        return text[start : start + budget], start + budget >= len(text)

    def cut(self, text):
        """Prefix, middle, suffix at character level: the rest of a line, some lines, or any span."""
        kind, size = self.rng.random(), len(text)
        start = int(self.rng.integers(1, size - 1))
        if kind < 0.5:
            end = text.find("\n", start)
            end = size if end < 0 else end
        elif kind < 0.8:
            lines = [i for i, c in enumerate(text) if c == "\n"]
            at = bisect.bisect_left(lines, start)
            at = min(at, max(0, len(lines) - 1))
            start = lines[at] + 1 if lines else start
            end = lines[min(len(lines) - 1, at + int(self.rng.integers(1, 9)))] if lines else size
        else:
            end = int(self.rng.integers(start, size))
        end = max(start, end)
        return text[:start], text[start:end], text[end:]
