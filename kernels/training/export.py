"""Exports a checkpoint for serving.

    python3 export.py CHECKPOINT [OUT]     OUT (kernels/weights/nano.safetensors): fp16, the state spaces in fp32 as poles and residues, the
                                           implicit filters as their taps; the configuration and what it was trained on as metadata
    python3 export.py --slim CHECKPOINT OUT  a checkpoint without the optimizer's state, for the repository: resumed with a new warm-up
    python3 export.py --golden [OUT]       OUT (test/golden/pytorch-reference.safetensors): a tiny random model in fp32 with the input and the output of
                                           every block, of the memory and of the heads, which the graphs are held to

Linear weights are [out, in] and are applied as x Wᵀ.
"""
import hashlib
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from config import ModelConfig
from hyena import ImplicitFilter
from memory import gaussian_fit, strided_places
from model import Longsight
from normalise import rms_norm
from state_space import Modes
from tokenizer import TOKENIZER_JSON

ROOT = Path(__file__).parent.parent.parent
RENDERING_VERSION = 1


def served_tensors(model):
    """Name → fp32 tensor, in the form used in serving."""
    tensors, replaced = {}, set()
    for name, module in model.named_modules():
        if isinstance(module, Modes):
            poles, residues = module.poles_and_residues()
            tensors[f"{name}.poles"], tensors[f"{name}.residues"], tensors[f"{name}.skip"] = poles, residues, module.skip
            replaced.add(name + ".")
        elif isinstance(module, ImplicitFilter):
            tensors[f"{name}.taps"] = module(module.positions.shape[0])
            replaced.add(name + ".")
    for name, parameter in model.named_parameters():
        if not name.startswith(tuple(replaced)):
            tensors[name] = parameter
    return {name: tensor.detach().float().contiguous() for name, tensor in sorted(tensors.items())}


def in_half(tensors):
    """fp16, except where it would be too coarse: poles near the unit circle and their residues."""
    return {name: t if name.endswith((".poles", ".residues")) else t.half() for name, t in tensors.items()}


def export(checkpoint, out=ROOT / "kernels/weights/nano.safetensors"):
    saved = torch.load(checkpoint, map_location="cpu")
    model = Longsight(ModelConfig.from_json(saved["config"]))
    model.load_state_dict(saved["model"])
    tensors = in_half(served_tensors(model))
    progress = saved["progress"]
    metadata = {
        "config": json.dumps(json.loads(saved["config"])),
        "tokenizer_sha256": hashlib.sha256(Path(TOKENIZER_JSON).read_bytes()).hexdigest(),
        "rendering_version": str(RENDERING_VERSION),
        "tokens_seen": str(progress["tokens"]),
        "steps": str(progress["step"]),
    }
    save_file(tensors, out, metadata)
    digest = hashlib.sha256(Path(out).read_bytes()).hexdigest()
    Path(str(out) + ".sha256").write_text(f"{digest}  {Path(out).name}\n")
    print(f"{out}: {Path(out).stat().st_size / 1e6:.1f} MB, {sum(t.numel() for t in tensors.values())} numbers, sha256 {digest}")


def slim(checkpoint, out):
    saved = torch.load(checkpoint, map_location="cpu")
    torch.save({"config": saved["config"], "model": saved["model"], "optimizer": {}, "progress": saved["progress"]}, out)
    print(f"{out}: {Path(out).stat().st_size / 1e6:.1f} MB")


GOLDEN = ModelConfig(
    vocabulary=64, width=32, heads=2, mlp=48, window=16, reader_window=12, medium_filter=24, long_modes=4, state_modes=3, delta_chunk=16, memory_heads=2, memory_key=8,
    memory_value=8, continuous_bases=16, continuous_width=8, continuous_sigma=0.05, dilated_span=8, dilated_ratio=4,
)  # fmt: skip


def golden(out=ROOT / "test/golden/pytorch-reference.safetensors"):
    torch.manual_seed(3)
    model = Longsight(GOLDEN)
    for name, parameter in model.named_parameters():  # zero-initialised projections would hide everything behind them
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.2)
        elif "frequency" not in name:
            parameter.data += 0.05 * torch.randn_like(parameter)
    B, T = 3, 48
    tokens = torch.randint(GOLDEN.vocabulary, (B, T))
    record = {f"weights.{name}": t for name, t in served_tensors(model).items()}
    record["tokens"] = tokens.int()

    def keep(name):
        def hook(module, inputs, output):
            record[f"{name}.input"], record[f"{name}.output"] = inputs[0][0], output[0]  # the first sequence of the batch

        return hook

    for part in ("self_decoder", "cross_decoder"):
        for i, layer in enumerate(getattr(model, part)):
            layer.mixer.register_forward_hook(keep(f"{part}.{i}.mixer"))
            layer.register_forward_hook(keep(f"{part}.{i}"))
    with torch.no_grad():
        x = model.read(tokens)
        n = rms_norm(x)
        writes = model.writer(n)
        memory = model.rest_of_batch(writes)
        memory.update(closed=torch.zeros(()), open=torch.ones(()))
        record["closed.output"] = model.decode(x)[0]  # with no memory; the hooks' records of the readers are overwritten by the next line
        h = model.decode(x, memory)
        record["auxiliary.logits"], record["logits"] = model.logits(n)[0], model.logits(h)[0]
    for kind in ("linear", "delta"):
        record[f"writes.{kind}.key"], record[f"writes.{kind}.value"], record[f"writes.{kind}.beta"] = writes[kind]
    record["writes.dilated.key"], record["writes.dilated.value"] = writes["dilated"]
    record["writes.continuous"] = writes["continuous"]
    # The memory of the first sequence: sequences 1 and 2, in this order.
    record["memory.linear"], record["memory.delta"], record["memory.continuous"] = (memory[k][0] for k in ("linear", "delta", "continuous"))
    record["memory.dilated.key"], record["memory.dilated.value"] = (z[0] for z in memory["dilated"])
    record["memory.dilated.places"] = torch.tensor(strided_places(B - 1, T, GOLDEN.heads, GOLDEN.dilated_span, GOLDEN.dilated_ratio))
    record["memory.continuous.fit"] = gaussian_fit((B - 1) * T, GOLDEN.continuous_bases, GOLDEN.continuous_sigma, GOLDEN.continuous_ridge)
    tensors = {name: (t if t.dtype == torch.int32 else t.float()).contiguous().clone() for name, t in record.items()}
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out, {"config": json.dumps(json.loads(GOLDEN.to_json()))})
    print(f"{out}: {Path(out).stat().st_size / 1e3:.0f} kB, {len(tensors)} tensors")


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        golden(*sys.argv[2:])
    elif sys.argv[1] == "--slim":
        slim(*sys.argv[2:])
    else:
        export(*sys.argv[1:])
