"""Writes gguf-blocks.json: random blocks of each GGUF type and the numbers that the Python package gguf (0.19.0) makes of them.

    pip install gguf==0.19.0 && python test/golden/gguf-blocks.py
"""

import base64
import json
import pathlib

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

BLOCKS = {1: 64, 32: 4, 256: 2}
# Where the float16 scales of a block stand: random bits there would be infinities and NaNs.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}

random = np.random.default_rng(7)
golden = {}
for name in ["F32", "F16", "BF16", *SCALES]:
    kind = GGMLQuantizationType[name]
    length, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (BLOCKS[length], size), dtype=np.uint8)
    for at in SCALES.get(name, []):
        scales = random.standard_normal(len(blocks)).astype(np.float16)
        blocks[:, at : at + 2] = scales.view(np.uint8).reshape(-1, 2)
    if name in ("F32", "F16", "BF16"):
        values = random.standard_normal(len(blocks)).astype(np.float32)
        # Subnormal and largest float16, both zeros.
        values[:6] = [2**-24, -(2**-20), 65504, -65504, 0.0, -0.0]
        if name == "F16":
            blocks = values.astype(np.float16).view(np.uint8).reshape(-1, size)
        else:
            blocks = values.view(np.uint8).reshape(-1, 4)[:, 4 - size :]
        blocks = np.ascontiguousarray(blocks)
    numbers = dequantize(blocks.reshape(1, -1), kind).astype("<f4")
    golden[name] = {
        "blocks": base64.b64encode(blocks.tobytes()).decode(),
        "numbers": base64.b64encode(numbers.tobytes()).decode(),
    }
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(golden, indent=2) + "\n")
