#!/usr/bin/env python3
"""One training step of SASRec in plain eager torch, the peer of `RecLab.Bench step`: same layers, same sizes, same loss and optimiser.

Prints the median milliseconds by the clock and of processor time per step. Arguments: --threads --steps --device --batch --length --width --layers --items.
"""
import argparse
import statistics
import time

import torch
from torch import nn

from sasrec_torch import SasRec

p = argparse.ArgumentParser()
for name, default in dict(threads=1, steps=20, batch=128, length=50, width=64, layers=2, items=3500).items():
    p.add_argument(f"--{name}", type=int, default=default)
p.add_argument("--device", default="cpu")
a = p.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(1)

model = SasRec(a.items, a.length, a.width, a.layers).to(a.device)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.98))
wall, cpu = [], []
for step in range(a.steps + 3):
    sequence = torch.randint(0, a.items, (a.batch, a.length + 1)).to(a.device)
    began, busy = time.perf_counter(), time.process_time()
    optimizer.zero_grad()
    loss = model.loss(sequence[:, :-1], sequence[:, 1:])
    loss.item()  # the other side looks for NaN here
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if a.device != "cpu":
        torch.cuda.synchronize()
    if step >= 3:
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
print(f"{1000 * statistics.median(wall):.2f} {1000 * statistics.median(cpu):.2f} {torch.__version__}")
