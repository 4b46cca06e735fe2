"""The language-model head: tied embeddings, logits c·tanh(h·E/c), cross-entropy in nats.

On a CPU the logits of a step (tokens × 8,192) would go through main memory many times; `FusedLoss` makes them in pieces that stay in
the cache and takes both gradients at once. On a GPU the plain form is compiled.
"""
import torch
import torch.nn.functional as F

ROWS = 128


def capped_logits(h, embedding, cap):
    logits = (h @ embedding.t().to(h.dtype)).float()
    return cap * torch.tanh(logits / cap) if cap else logits


class FusedLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, h, embedding, targets, weights, cap):
        """h [n, d], targets [n], weights [n] summing to one or less → Σ weight · cross-entropy."""
        grad_h, grad_e, total = torch.empty_like(h), torch.zeros_like(embedding), 0.0
        for start in range(0, h.shape[0], ROWS):
            rows = slice(start, start + ROWS)
            logits = h[rows] @ embedding.t()
            if cap:
                logits.div_(cap).tanh_()
                slope = 1 - logits * logits
                logits.mul_(cap)
            peak = logits.max(-1, keepdim=True)[0]
            correct = logits.gather(1, targets[rows, None])
            logits.sub_(peak).exp_()
            norm = logits.sum(-1, keepdim=True)
            total += float(((norm.log() + peak - correct)[:, 0] * weights[rows]).sum())
            logits.div_(norm)
            logits.scatter_add_(1, targets[rows, None], torch.full_like(correct, -1.0))
            if cap:
                logits.mul_(slope)
            logits.mul_(weights[rows, None])
            torch.mm(logits, embedding, out=grad_h[rows])
            grad_e.addmm_(logits.t(), h[rows])
        ctx.save_for_backward(grad_h, grad_e)
        return h.new_tensor(total)

    @staticmethod
    def backward(ctx, grad):
        grad_h, grad_e = ctx.saved_tensors
        return grad_h * grad, grad_e * grad, None, None, None


def loss(h, embedding, targets, weights, cap):
    if h.device.type == "cpu" and torch.is_grad_enabled():
        return FusedLoss.apply(h, embedding, targets, weights, cap)
    return (F.cross_entropy(capped_logits(h, embedding, cap), targets, reduction="none") * weights).sum()


def token_losses(h, embedding, targets, cap):
    """Nats of every token, without gradients, in pieces."""
    with torch.no_grad():
        return torch.cat([F.cross_entropy(capped_logits(a, embedding, cap), b, reduction="none") for a, b in zip(h.split(ROWS), targets.split(ROWS))])
