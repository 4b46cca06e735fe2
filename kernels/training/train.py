"""Trains a model. One command; resumes from its own checkpoint; settings come from the environment (see README.md).

    CORPUS=… OUT=… SECONDS_TO_RUN=3600 python3 train.py

On a CPU: PROCESSES processes of one thread, data-parallel over shared memory, each updating its share of the parameters. On a GPU: one
process, bf16 and compile. The rate warms up, stays, and falls linearly over the last DECAY_SHARE of the time.
"""
import json
import math
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import torch  # noqa: E402  the number of threads is read when it loads
import torch.multiprocessing as multiprocessing  # noqa: E402

from config import ModelConfig, layers  # noqa: E402
from data import Corpus, Sampler  # noqa: E402
from model import Longsight  # noqa: E402
from optimizer import Optimizer  # noqa: E402

E = os.environ.get


class Settings:
    corpus, out = Path(E("CORPUS", "corpus")), Path(E("OUT", "run"))
    seconds = float(E("SECONDS_TO_RUN", "600"))
    until = float(E("UNTIL", "0"))  # a Unix time that overrides SECONDS_TO_RUN
    clock = staticmethod(time.process_time if E("CLOCK") == "cpu" else time.time)  # ablations compare equal processor time on a shared machine
    device = E("DEVICE", "cuda" if torch.cuda.is_available() else "cpu")
    processes = int(E("PROCESSES", "1" if device == "cuda" else "2"))
    shapes = [tuple(map(int, s.split("x"))) for s in E("SHAPES", "4x512").split(",")]  # sequences x tokens, drawn evenly
    micro = int(E("MICRO_BATCHES", "1"))  # batches a process adds up before a step
    compile = E("COMPILE", "1") == "1"
    muon_rate, adam_rate = float(E("MUON_RATE", "0.02")), float(E("ADAM_RATE", "0.004"))
    warm_up = int(E("WARM_UP", "40"))
    decay_share = float(E("DECAY_SHARE", "0.4"))
    fim = float(E("FIM", "0.5"))
    one_package = float(E("ONE_PACKAGE", "0.8"))  # share of the batches whose files are of one package and read each other's memory
    close_strided = float(E("CLOSE_STRIDED", "0"))  # share of the batches that do without the strided read, so that the other readers learn
    only = E("ONLY", "")  # prefixes of the parameters that are trained, with commas
    gates = E("GATES")  # where the side read's gates begin, before the sigmoid
    save_every = float(E("SAVE_EVERY", "180"))
    log_every = float(E("LOG_EVERY", "20"))
    evaluate_every = float(E("EVALUATE_EVERY", "300"))
    evaluation_batches = int(E("EVALUATION_BATCHES", "8"))
    evaluate_with = (int(E("EVALUATION_SEQUENCES", "4")), int(E("EVALUATION_TOKENS", "512")))
    seed = int(E("SEED", "1"))
    model = {
        **{name: int(E(name.upper())) for name in ("width", "heads", "mlp", "window", "medium_filter", "memory_heads", "memory_key", "memory_value", "delta_chunk", "continuous_bases", "continuous_width") if E(name.upper())},
        **({"soft_cap": float(E("SOFT_CAP"))} if E("SOFT_CAP") else {}),
        **(layers(E("LAYERS")) if E("LAYERS") else {}),
    }


def load_checkpoint(settings):
    path = settings.out / "checkpoint.pt"
    if path.exists():
        return torch.load(path, map_location="cpu")
    start = E("START_FROM")
    return torch.load(start, map_location="cpu") if start else None


def save_checkpoint(settings, model, optimizer_state, progress):
    temporary = settings.out / "checkpoint.tmp"
    torch.save({"config": model.config.to_json(), "model": model.state_dict(), "optimizer": optimizer_state, "progress": progress}, temporary)
    temporary.rename(settings.out / "checkpoint.pt")


def rate_scale(share, step, settings):
    """`share` of the run's time that has passed; `step` from 1."""
    warm = min(1.0, step / settings.warm_up)
    return warm * (min(1.0, (1 - share) / settings.decay_share) * 0.98 + 0.02 if settings.decay_share else 1.0)


class Together:
    """Processes that share one flat copy of the parameters and of each one's gradients. With one process it costs nothing."""

    def __init__(self, model, processes):
        self.processes = processes
        total = sum(p.numel() for p in model.parameters())
        context = multiprocessing.get_context("fork")
        self.barrier = context.Barrier(processes)
        self.parameters = torch.cat([p.detach().reshape(-1) for p in model.parameters()]).share_memory_()
        self.gradients = [torch.zeros(total).share_memory_() for _ in range(processes)]
        self.numbers = torch.zeros(64, dtype=torch.float64).share_memory_()
        self.states = context.Manager().dict() if processes > 1 else {}

    def adopt(self, model, rank):
        start = 0
        for p in model.parameters():
            stop = start + p.numel()
            p.data = self.parameters[start:stop].view_as(p)
            p.grad = self.gradients[rank][start:stop].view_as(p)
            start = stop

    def wait(self):
        if self.processes > 1:
            self.barrier.wait()

    def mean(self, rank, value, slot=8):
        """The mean over the processes."""
        self.numbers[slot + rank] = value
        self.wait()
        mean = float(self.numbers[slot : slot + self.processes].mean())
        self.wait()
        return mean

    def gather_gradients(self, model, rank, optimizer):
        """The mean gradient of the parameters this process updates, in its own buffer."""
        self.wait()
        names = {name for name, _ in optimizer.mine}
        start = 0
        for name, p in model.named_parameters():
            stop = start + p.numel()
            if name in names:
                mine = self.gradients[rank][start:stop]
                for other in range(self.processes):
                    if other != rank:
                        mine += self.gradients[other][start:stop]
                mine /= self.processes
            start = stop
        self.wait()


def compiled(model, rank, settings, together):
    """The trunk, compiled for every shape. Processes compile in turn, so that the first one's result serves the others from the disk cache."""
    for count, length in [*settings.shapes, settings.evaluate_with]:
        if count > 1:
            model.rest_of_batch.constant(count, length, next(model.parameters()).device)
    if not settings.compile or not hasattr(torch, "compile"):
        return model.trunk
    trunk = torch.compile(model.trunk, dynamic=False)
    for turn in range(settings.processes):
        if rank == turn:
            for count, length in {*settings.shapes, settings.evaluate_with}:
                with autocast(settings):
                    _, h = trunk(torch.zeros(count, length, dtype=torch.int64, device=settings.device), torch.ones((), device=settings.device))
                h.float().sum().backward()
        together.wait()
    return trunk


def evaluate(model, trunk, sampler_seed, corpus, settings, memory):
    """Mean nats a token and bits per byte on held-out whole files, with the other files of the batch in memory or closed."""
    sampler = Sampler(corpus, sampler_seed, fim=0.0, one_package=1.0)
    nats = count = size = 0.0
    for _ in range(settings.evaluation_batches):
        tokens, weights, _ = sampler.batch(*settings.evaluate_with)
        tokens = torch.from_numpy(tokens).to(settings.device)
        with autocast(settings):  # with gradients switched off it would be compiled once more
            _, h = trunk(tokens[:, :-1], switch(settings, memory))
            nats += float((model.nats(h.detach(), tokens[:, 1:]) * torch.from_numpy(weights).to(settings.device)).sum())
        count += float(weights.sum())
        size += sum(len(sampler.tokenizer.decode(row).encode("utf8", "replace")) for row in tokens[:, 1:].tolist())
    return nats / count, nats / math.log(2) / size


def switch(settings, opened):
    """Whether the memory is read, as `Longsight.trunk` takes it: compiled, a tensor; else nothing for closed, which spares the writing."""
    return torch.tensor(float(opened), device=settings.device) if settings.compile or opened else None


def autocast(settings):
    return torch.autocast("cuda", torch.bfloat16, enabled=settings.device == "cuda")


def run(rank, settings, together, model, checkpoint, log, corpora):
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed + rank)
    if settings.device == "cpu":
        together.adopt(model, rank)
    optimizer = Optimizer(model, rank, settings.processes, settings.muon_rate, settings.adam_rate)
    progress = {"step": 0, "tokens": 0, "seconds": 0.0, "curve": []}
    if checkpoint:
        progress = checkpoint["progress"]
        for name in optimizer.state:
            if name in checkpoint["optimizer"]:
                optimizer.state[name] = [t.float().to(settings.device) for t in checkpoint["optimizer"][name]]
    trunk = compiled(model, rank, settings, together)
    sampler = Sampler(corpora["train"], settings.seed * 1000 + progress["step"] * 10 + rank, fim=settings.fim, one_package=settings.one_package)
    shapes = Sampler(corpora["train"], settings.seed + progress["step"]).rng  # the same on every process
    say = (lambda *words: print(*words, file=log, flush=True)) if rank == 0 else (lambda *words: None)
    say(time.strftime("%H:%M:%S"), "torch", torch.__version__, settings.device, model.sizes(), "from step", progress["step"])

    started, spent_before, paused = settings.clock(), progress["seconds"], 0.0
    length = settings.until - started if settings.until else settings.seconds
    saved = logged = evaluated = started
    smooth, logged_tokens, local_step = None, progress["tokens"], 0
    while True:
        # All processes use the first one's clock: if one stopped and another continued, both would deadlock.
        if rank == 0:
            together.numbers[0] = (settings.clock() - started - paused) / length
        together.wait()
        share = float(together.numbers[0])
        if share >= 1:
            break
        shape = settings.shapes[int(shapes.integers(len(settings.shapes)))]
        if settings.device == "cpu":
            together.gradients[rank].zero_()  # also what compiling left there
        else:
            model.zero_grad(set_to_none=True)
        step_loss = 0.0
        for _ in range(settings.micro):
            tokens, weights, opened = sampler.batch(*shape)
            tokens, weights = torch.from_numpy(tokens).to(settings.device), torch.from_numpy(weights).to(settings.device)
            with autocast(settings):
                strided = torch.tensor(float(shapes.random() >= settings.close_strided)) if settings.close_strided else None
                n, h = trunk(tokens[:, :-1], switch(settings, opened), strided)
                loss = model.loss(n, h, tokens[:, 1:], weights)
            (loss / settings.micro).backward()
            step_loss += loss.item() / settings.micro
        if settings.processes > 1:
            together.gather_gradients(model, rank, optimizer)
            step_loss = together.mean(rank, step_loss)
        progress["step"] += 1
        local_step += 1
        progress["tokens"] += shape[0] * shape[1] * settings.processes * settings.micro
        progress["seconds"] = spent_before + share * length
        optimizer.step(progress["step"], rate_scale(share, local_step, settings))
        together.wait()
        smooth = step_loss if smooth is None else 0.95 * smooth + 0.05 * step_loss

        # The first process decides when to stop and evaluate, so that all agree.
        if rank == 0:
            now = settings.clock()
            together.numbers[1] = now - logged >= settings.log_every
            together.numbers[2] = now - evaluated >= settings.evaluate_every
            together.numbers[3] = now - saved >= settings.save_every
        together.wait()
        look, test, save = (bool(together.numbers[i]) for i in (1, 2, 3))
        if look:
            now = settings.clock()
            say(f"{time.strftime('%H:%M:%S')} step {progress['step']} tokens {progress['tokens'] / 1e6:.3f}M loss {smooth:.3f} tokens/s {(progress['tokens'] - logged_tokens) / (now - logged):.0f} load {os.getloadavg()[0]:.1f}")
            logged, logged_tokens = now, progress["tokens"]
        if test or save:
            before = settings.clock()
            if test:
                measure(rank, settings, together, model, trunk, corpora, progress, smooth, say)
                evaluated = settings.clock()
            if save:
                checkpoint_now(rank, settings, together, model, optimizer, progress)
                saved = settings.clock()
            paused += settings.clock() - before
    measure(rank, settings, together, model, trunk, corpora, progress, smooth, say)
    checkpoint_now(rank, settings, together, model, optimizer, progress)
    say(time.strftime("%H:%M:%S"), "done")


def measure(rank, settings, together, model, trunk, corpora, progress, smooth, say):
    point = {"step": progress["step"], "tokens": progress["tokens"], "seconds": round(progress["seconds"]), "loss": smooth}
    for name, memory in (("closed", 0), ("open", 1)):
        nats, bits = evaluate(model, trunk, 7 + rank, corpora["validation"], settings, memory)
        point[name] = together.mean(rank, bits)
        point[name + "_nats"] = together.mean(rank, nats)
    progress["curve"].append(point)
    say(f"{time.strftime('%H:%M:%S')} EVALUATION step {point['step']} tokens {point['tokens'] / 1e6:.3f}M bits per byte: memory closed {point['closed']:.4f}, open {point['open']:.4f}")


def checkpoint_now(rank, settings, together, model, optimizer, progress):
    # bf16 keeps the range of squared gradients, which fp16 does not; numpy carries it as 16-bit integers between processes.
    together.states[rank] = {name: [t.cpu().bfloat16().view(torch.int16).numpy() for t in state] for name, state in optimizer.state.items()}
    together.wait()
    if rank == 0:
        merged = {name: [torch.from_numpy(a.copy()).view(torch.bfloat16) for a in arrays] for states in together.states.values() for name, arrays in states.items()}
        save_checkpoint(settings, model, merged, progress)
    together.wait()


def choose_parameters(model, settings):
    """Freezes all but the parameters of `ONLY`; a run that is not resumed begins with the side read's gates at `GATES`."""
    begins = not (settings.out / "checkpoint.pt").exists()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.requires_grad_(not settings.only or name.startswith(tuple(settings.only.split(","))))
            if begins and settings.gates and name.endswith("mixer.gate"):
                p.fill_(float(settings.gates))


def main():
    settings = Settings()
    settings.out.mkdir(parents=True, exist_ok=True)
    checkpoint = load_checkpoint(settings)
    torch.manual_seed(settings.seed)
    config = ModelConfig.from_json(checkpoint["config"]) if checkpoint else ModelConfig(**settings.model)
    model = Longsight(config).to(settings.device)
    if checkpoint:
        model.load_state_dict(checkpoint["model"])
    choose_parameters(model, settings)
    (settings.out / "config.json").write_text(config.to_json() + "\n")
    corpora = {split: Corpus(settings.corpus / f"{split}.jsonl") for split in ("train", "validation")}
    log = open(settings.out / "log.txt", "a") if E("QUIET") else sys.stdout
    together = Together(model, settings.processes)
    if settings.processes == 1:
        run(0, settings, together, model, checkpoint, log, corpora)
        return
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=run, args=(rank, settings, together, model, checkpoint, log, corpora)) for rank in range(settings.processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a training process failed")


if __name__ == "__main__":
    main()
