"""SASRec in plain eager torch, as somebody writes it in a notebook: the peer of our own. Layers, sizes and first weights are those of `SasRecNetwork`."""
import math

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, d, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.output, self.inner, self.outer = nn.Linear(d, 3 * d), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.dropout = dropout

    def drop(self, x):
        return F.dropout(x, self.dropout, self.training)

    def attend(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        if hasattr(F, "scaled_dot_product_attention"):
            return F.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1), dropout_p=self.dropout if self.training else 0.0, is_causal=True).squeeze(1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        return self.drop(scores.masked_fill(mask, float("-inf")).softmax(-1)) @ v

    def forward(self, x):
        x = x + self.drop(self.output(self.attend(self.norm1(x))))
        return x + self.drop(self.outer(self.drop(F.relu(self.inner(self.norm2(x))))))


class SasRec(nn.Module):
    def __init__(self, items, length, width, layers, dropout=0.2):
        super().__init__()
        self.width, self.dropout = width, dropout
        self.item, self.position = nn.Embedding(items, width), nn.Embedding(length, width)
        self.blocks, self.norm = nn.ModuleList(Block(width, dropout) for _ in range(layers)), nn.LayerNorm(width)
        for table in (self.item, self.position):
            nn.init.normal_(table.weight, 0, 0.02)

    def hidden(self, sequence):
        """Users x places to users x places x width: what is known after each place."""
        x = self.item(sequence) * math.sqrt(self.width) + self.position.weight[: sequence.shape[1]]
        x = F.dropout(x, self.dropout, self.training)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def loss(self, sequence, target, counted=None):
        """The mean over all places, or over those that are counted."""
        rows = self.hidden(sequence)
        rows, target = (rows.view(-1, self.width), target.reshape(-1)) if counted is None else (rows[counted], target[counted])
        return F.cross_entropy(rows @ self.item.weight.t(), target)
