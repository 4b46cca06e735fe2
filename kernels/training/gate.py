"""Fits the gate that mixes the copy memory and the model (server/model-memory/mixture-gate.ts) to both predictions on held-out packages.

    python3 gate.py OBSERVATIONS.bin [HELD.bin] > ../weights/gate.json

OBSERVATIONS: rows of test/bench/gate-observe.ts. Prints bits per byte of the model alone and of the mixture on standard error, for HELD as well.
"""
import json
import math
import sys

import numpy as np
import torch
from torch import nn

FEATURES, LISTED, HIDDEN, OUTPUTS, TINY = 14, 32, 24, 5, 1e-6
STEPS, BATCH, RATE, SHRINKAGE = 4000, 4096, 4e-3, 1e-5


def load(path):
    rows = torch.from_numpy(np.fromfile(path, dtype=np.float32).reshape(-1, 3 + FEATURES + 2 * LISTED))
    at = 1 + FEATURES
    return {
        "bytes": rows[:, 0],
        "features": rows[:, 1:at],
        "place": rows[:, at].long(),
        "model": rows[:, at + 1],
        "copied": rows[:, at + 2 : at + 2 + LISTED],
        "modelled": rows[:, at + 2 + LISTED :],
    }


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.input, self.output = nn.Linear(FEATURES, HIDDEN), nn.Linear(HIDDEN, OUTPUTS)

    def nats(self, d):
        """Negative log of the mixture's probability of each row's token, as `Gate.mix` computes it."""
        share, by_copy, by_model, lift, bend = self.output(torch.tanh(self.input(d["features"]))).unbind(1)
        share, blend = torch.sigmoid(share)[:, None], torch.sigmoid(bend)[:, None]
        by_copy, by_model = nn.functional.softplus(by_copy)[:, None], nn.functional.softplus(by_model)[:, None]
        copied, modelled, exists = d["copied"], d["modelled"], d["copied"] > 0
        kept = 1 - share * copied.sum(1, keepdim=True)
        linear = share * copied + kept * modelled
        logs = torch.exp(by_copy * torch.log(copied + TINY) + by_model * torch.log(modelled + TINY) + lift[:, None]) * exists
        left = 1 - modelled.sum(1, keepdim=True)
        left = left * (left > TINY)
        whole = logs.sum(1, keepdim=True) + left
        listed = blend * linear + (1 - blend) * logs / whole
        others = (blend * kept + (left > 0) * (1 - blend) / whole)[:, 0] * d["model"]
        chosen = listed.gather(1, d["place"].clamp_min(0)[:, None])[:, 0]
        return -torch.log(torch.where(d["place"] >= 0, chosen, others) + 1e-12)


def bits_per_byte(nats, d):
    return float(nats.sum() / math.log(2) / d["bytes"].sum())


def main():
    torch.manual_seed(1)
    data = load(sys.argv[1])
    held = load(sys.argv[2]) if len(sys.argv) > 2 else None
    gate, count = Gate(), len(data["place"])
    optimizer = torch.optim.AdamW(gate.parameters(), RATE, weight_decay=SHRINKAGE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, STEPS)
    for step in range(STEPS):
        chosen = torch.randint(count, (BATCH,))
        loss = gate.nats({name: values[chosen] for name, values in data.items()}).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        for name, d in (("fitted", data), ("held out", held)):
            if d:
                print(f"{name}: {len(d['place'])} tokens, bits per byte {bits_per_byte(-torch.log(d['model'] + 1e-12), d):.4f} by the model, {bits_per_byte(gate.nats(d), d):.4f} mixed", file=sys.stderr)

    def rows(layer):
        return [round(x, 4) for x in torch.cat([layer.weight, layer.bias[:, None]], 1).flatten().tolist()]

    print(json.dumps({"input": rows(gate.input), "output": rows(gate.output)}))


if __name__ == "__main__":
    main()
