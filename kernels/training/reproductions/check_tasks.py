"""Batches of the tasks as text, for a test that answers them by itself."""
import torch

from small import emit
from tasks import LIST_CLOSE, LIST_OPS, LIST_PADDING, list_ops

tokens, targets = list_ops(16, 256, torch.Generator().manual_seed(3))
for row, value in zip(tokens.tolist(), targets[:, 0].tolist()):
    words = ["]" if token == LIST_CLOSE else f"[{LIST_OPS[token - 10]}" if token >= 10 else str(token) for token in row if token != LIST_PADDING]
    emit(task="list-ops", text=" ".join(words), value=value)
