"""The tokenizer: byte-level BPE of 8,192 ids in Hugging Face tokenizer.json form, the last 16 of them special.

    python3 tokenizer.py CORPUS [OUT]      trains on a balanced sample of CORPUS/train.jsonl, prints bytes per token on validation

Text is encoded by the BPE model alone: what spells a special token in a file gives ordinary ids. A file is rendered as
server/sequence renders it: <|file|> path <|text|> content <|end|>; with a cursor, see `middle_out`.
"""
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 8192
SPECIAL = ["pad", "repository", "file", "text", "end", "prefix", "suffix", "middle"] + [f"reserved_{i}" for i in range(8)]
TOKENIZER_JSON = Path(__file__).parent.parent / "weights" / "tokenizer.json"
# A newline with the indentation after it; spaces before the last one; a word with its space; up to three digits; punctuation; the rest.
SPLIT = r"\n[\t ]*|[\t ]+(?=[\t ]\S)| ?(?:[A-Za-z_]|[^\x00-\x7F])+|[0-9]{1,3}| ?(?:[\x21-\x2F\x3A-\x40\x5B-\x5E\x60\x7B-\x7E])+|\s+"
SAMPLE_BYTES = {"typescript": 9e6, "javascript": 6e6, "python": 9e6, "java": 4e6, "go": 4e6, "rust": 4e6, "c": 3e6, "cpp": 3e6}


def special_id(name):
    return VOCABULARY - len(SPECIAL) + SPECIAL.index(name)


PAD, FILE, TEXT, END, PREFIX, SUFFIX, MIDDLE = map(special_id, ["pad", "file", "text", "end", "prefix", "suffix", "middle"])


class TextTokenizer:
    """Encodes and decodes text alone; structure is added as ids by the caller."""

    def __init__(self, path=TOKENIZER_JSON):
        definition = json.loads(Path(path).read_text())
        definition["added_tokens"] = []  # with them in place the library would match them inside a file's text
        self._tokenizer = Tokenizer.from_str(json.dumps(definition))

    def encode(self, text):
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids):
        return self._tokenizer.decode([i for i in ids if i < VOCABULARY - len(SPECIAL)])

    def whole(self, path, content):
        return [FILE, *self.encode(path), TEXT, *self.encode(content), END]

    def middle_out(self, path, prefix, middle, suffix, suffix_first=True):
        """Fill-in-the-middle. Suffix first is the order that is served: the middle simply continues the prefix, and both are
        encoded apart, as when a user stops typing at the cursor."""
        head = [FILE, *self.encode(path)]
        p, m, s = self.encode(prefix), self.encode(middle), self.encode(suffix)
        if suffix_first:
            return [*head, SUFFIX, *s, TEXT, *p, *m, END]
        return [*head, PREFIX, *p, SUFFIX, *s, MIDDLE, *m, END]


def pipeline(model):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, use_regex=False)
    return tokenizer


def train(texts):
    tokenizer = pipeline(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(SPECIAL), initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False, max_token_length=32
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def with_special_tokens(tokenizer):
    definition = json.loads(tokenizer.to_str())
    assert len(definition["model"]["vocab"]) == VOCABULARY - len(SPECIAL)
    definition["added_tokens"] = [
        {"id": special_id(name), "content": f"<|{name}|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for name in SPECIAL
    ]
    return definition


def sample(corpus, seed=0):
    by_language = defaultdict(list)
    with open(Path(corpus) / "train.jsonl") as file:
        for line in file:
            document = json.loads(line)
            by_language[document["language"]].append(document)
    draw = random.Random(seed)
    for language, documents in by_language.items():
        draw.shuffle(documents)
        left = SAMPLE_BYTES[language]
        for document in documents:
            if left <= 0:
                break
            left -= len(document["text"])
            yield document["path"]
            yield document["text"]


def bytes_per_token(tokenizer, corpus, limit=1_500_000):
    counts = defaultdict(lambda: [0, 0])
    with open(Path(corpus) / "validation.jsonl") as file:
        for line in file:
            document = json.loads(line)
            count = counts[document["language"]]
            if count[0] < limit:
                count[0] += len(document["text"].encode())
                count[1] += len(tokenizer.encode(document["text"]))
    return {language: round(size / tokens, 2) for language, (size, tokens) in counts.items()}


def main(corpus, out=TOKENIZER_JSON):
    definition = with_special_tokens(train(sample(corpus)))
    Path(out).write_text(json.dumps(definition, ensure_ascii=False, separators=(",", ":")) + "\n")
    print("bytes per token:", bytes_per_token(TextTokenizer(out), corpus))


if __name__ == "__main__":
    main(*sys.argv[1:])
