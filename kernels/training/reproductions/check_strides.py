"""Checks of what `strides.py` trains, on a tiny decoder of random weights; one line of JSON each."""
import json

import torch

from chunks import choose_chunks
from decoder import Decoder, DecoderConfig
from strides import Sequence

torch.manual_seed(0)
config = DecoderConfig(vocabulary=50, width=32, layers=2, heads=4, key_heads=2, head_width=8, mlp=48, rotary_base=1e4)
model = Decoder(config, rank=4)
for p in model.parameters():
    if not p.requires_grad and p.dim() == 2:
        torch.nn.init.normal_(p, std=0.3)
# A prefix of one token, chunks at 1 and 17, the file from 33 on.
sequence = Sequence([int(id) for id in torch.randint(0, 50, (48,))], [1, 17], 33, 40, 8)
everywhere = torch.arange(48)


def run(strides, changed=None, at=sequence):
    ids = torch.tensor(at.ids)
    if changed is not None:
        ids[changed] = (ids[changed] + 1) % 50
    return model(ids, *at.mask(strides, config.key_heads), everywhere)


def difference(strides, changed, part):
    return (run(strides, changed) - run(strides))[part].abs().max().item()


file, second = slice(33, None), slice(17, 33)
with torch.no_grad():
    plain = model.without_adapters()(torch.tensor(sequence.ids), *sequence.mask([1, 1], 2), everywhere)
    print(json.dumps({"check": "fresh adapters change nothing", "is": (model.without_adapters(False) and run([1, 1]) - plain).abs().max().item()}))
    print(json.dumps({"check": "a chunk sees no other", "is": difference([1, 1], 5, second)}))
    # Of stride 4, head 0 keeps the places 0, 4, …, head 1 the places 1, 5, …: place 3 of the first chunk by none.
    last = 1 + 15
    print(json.dumps({"check": "a key that no head keeps is not seen", "is": difference([4, 1], last, file)}))
    print(json.dumps({"check": "a key that a head keeps is seen", "is": difference([4, 1], 1 + 13, file)}))
    print(json.dumps({"check": "the file sees itself", "is": difference([8, 8], 35, file)}))
    print(json.dumps({"check": "the file sees nothing later", "is": difference([1, 1], 45, slice(33, 45))}))
    before = run([1, 1])[file]
    for layer in model.layers:
        layer.far_gate.fill_(-1e4)
    alone = Sequence([sequence.ids[0], *sequence.ids[33:]], [], 1, 8, 8)
    positions = torch.tensor([0, *range(33, 48)])
    single = model(torch.tensor(alone.ids), *alone.mask([], 2), torch.arange(16), positions)[1:]
    print(json.dumps({"check": "closed gates leave the file alone", "is": (run([1, 1])[file] - single).abs().max().item()}))
    print(json.dumps({"check": "open gates do not", "is": (before - single).abs().max().item()}))
    for layer in model.layers:
        layer.far_gate.fill_(0)
for p in model.adapters().values():
    torch.nn.init.normal_(p, std=0.1)
run([2, 8])[file].square().sum().backward()
print(json.dumps({"check": "parameters without a gradient", "is": [name for name, p in model.adapters().items() if p.grad is None or not p.grad.any()]}))
print(json.dumps({"check": "frozen parameters with a gradient", "is": [name for name, p in model.named_parameters() if not p.requires_grad and p.grad is not None]}))
files = [("a.py", "def load_table(path):\n    return read(path)\n"), ("b.py", "class Colour:\n    red = 1\n"), ("c.py", "x = 1\n")]
print(json.dumps({"check": "the best chunk is last", "is": [path for path, _ in choose_chunks("load_table(other_path)", files, 2)][-1]}))
