"""The configuration of a model: what export.py writes beside the weights and kernels/model reads back."""
import json
from dataclasses import asdict, dataclass, field

SELF_DECODER = ["hyena_short", "h3", "gated_delta", "hyena_medium", "window", "gated_delta"]
CROSS_DECODER = ["infini", "hyena_long", "dilated", "continuous"]


@dataclass
class ModelConfig:
    """Widths in numbers, lengths in tokens. `width` = heads · head width."""

    vocabulary: int = 8192
    width: int = 128
    heads: int = 4
    mlp: int = 384
    self_decoder: list = field(default_factory=lambda: list(SELF_DECODER))
    cross_decoder: list = field(default_factory=lambda: list(CROSS_DECODER))
    window: int = 256
    reader_window: int = 128  # of the blocks that also read the repository
    rotary_base: float = 10000.0
    soft_cap: float = 0.0  # 15 is usual; on a CPU it costs a twentieth of a step
    short_filter: int = 7
    medium_filter: int = 128
    long_modes: int = 8  # complex: 16 real numbers a channel
    state_modes: int = 8  # conjugate pairs of an S4D state: N = 16 real numbers
    delta_chunk: int = 64
    memory_heads: int = 2  # of the linear and of the delta memory each
    memory_key: int = 64
    memory_value: int = 64
    continuous_bases: int = 128
    continuous_width: int = 64
    continuous_heads: int = 2
    continuous_sigma: float = 0.02
    continuous_ridge: float = 0.5
    dilated_span: int = 128  # w₀: a file that begins nearer keeps every token
    dilated_ratio: int = 4

    @property
    def head_width(self):
        return self.width // self.heads

    def to_json(self):
        return json.dumps(asdict(self), indent=2)

    @staticmethod
    def from_json(text):
        return ModelConfig(**json.loads(text))


def layers(names):
    """`a,b|c,d` → self-decoder [a, b], cross-decoder [c, d]."""
    lower, _, upper = names.partition("|")
    return {"self_decoder": [n for n in lower.split(",") if n], "cross_decoder": [n for n in upper.split(",") if n]}
