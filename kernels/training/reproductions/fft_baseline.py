"""Causal convolution by a real FFT, as a process that serves repeated requests, for timing beside other methods.

Reads lines `LENGTH CHANNELS`, and answers each with one JSON object: processor seconds of one convolution of [LENGTH, CHANNELS] in float32 by
as many taps, their spectrum worked out before, by numpy (pocketfft) and by PyTorch; and how far the two are apart.
"""
import json
import sys
import time

import numpy
import torch

torch.set_num_threads(1)


def prepare(length, channels):
    generator = numpy.random.default_rng(1)
    x = generator.standard_normal((channels, length), dtype=numpy.float32)
    taps = generator.standard_normal((channels, length), dtype=numpy.float32) / length**0.5
    size = 2 * length
    spectrum = numpy.fft.rfft(taps, size)
    tx, tspectrum = torch.from_numpy(x), torch.fft.rfft(torch.from_numpy(taps), size)
    return {
        "numpy": lambda: numpy.fft.irfft(numpy.fft.rfft(x, size) * spectrum, size)[:, :length],
        "torch": lambda: torch.fft.irfft(torch.fft.rfft(tx, size) * tspectrum, size)[:, :length],
    }


prepared = {}
for line in sys.stdin:
    length, channels = map(int, line.split())
    if (length, channels) not in prepared:
        prepared = {(length, channels): prepare(length, channels)}
    ways = prepared[length, channels]
    found, results = {}, {}
    for name, run in ways.items():
        start = time.process_time()
        results[name] = run()
        found[name] = time.process_time() - start
    found["apart"] = float(numpy.abs(results["numpy"] - results["torch"].numpy()).max())
    print(json.dumps(found), flush=True)
