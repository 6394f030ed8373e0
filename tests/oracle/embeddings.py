#!/usr/bin/env python3
"""all-MiniLM-L6-v2 in float64, written from its description with numpy alone, to compare ours with.

    tests/oracle/embeddings.py "A man is eating food." "…"

prints {"texts": [{"text", "pieces", "vector"}], "cosines": [[…]]} as JSON.
"""
import json
import math
import struct
import sys
import unicodedata
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "build/models/all_minilm_l6_v2"
LAYERS, HEADS, WIDTH, LIMIT = 6, 12, 384, 256
erf = np.vectorize(math.erf)


def read_weights():
    content = (FOLDER / "model.safetensors").read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    tensors = {}
    for name, entry in json.loads(content[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(content[begin:end], "<f4").reshape(entry["shape"]).astype(np.float64)
    return tensors


def stands_alone(c):
    ascii_symbol = c.isascii() and not c.isalnum() and c.isprintable() and c != " "
    return ascii_symbol or unicodedata.category(c).startswith("P") or "\u4e00" <= c <= "\u9fff"


def words(text):
    text = "".join(" " if c.isspace() else c for c in text if c in "\t\n\r" or unicodedata.category(c)[0] != "C")
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn").lower()
    return "".join(f" {c} " if stands_alone(c) else c for c in text).split()


def spell(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces if len(word) <= 100 else ["[UNK]"]


def tokenize(text, vocabulary):
    pieces = [piece for word in words(text) for piece in spell(word, vocabulary)]
    return [vocabulary[piece] for piece in ["[CLS]", *pieces[: LIMIT - 2], "[SEP]"]]


class Network:
    def __init__(self, tensors):
        self.tensors = tensors

    def linear(self, x, name):
        return x @ self.tensors[name + ".weight"].T + self.tensors[name + ".bias"]

    def norm(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * self.tensors[name + ".weight"] + self.tensors[name + ".bias"]

    def attention(self, x, layer):
        query, key, value = (
            self.linear(x, f"{layer}.attention.self.{part}").reshape(len(x), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (shares / shares.sum(-1, keepdims=True)) @ value
        return self.linear(mixed.transpose(1, 0, 2).reshape(len(x), WIDTH), f"{layer}.attention.output.dense")

    def embed(self, ids):
        x = (
            self.tensors["embeddings.word_embeddings.weight"][ids]
            + self.tensors["embeddings.position_embeddings.weight"][: len(ids)]
            + self.tensors["embeddings.token_type_embeddings.weight"][0]
        )
        x = self.norm(x, "embeddings.LayerNorm")
        for i in range(LAYERS):
            layer = f"encoder.layer.{i}"
            x = self.norm(x + self.attention(x, layer), f"{layer}.attention.output.LayerNorm")
            inner = self.linear(x, f"{layer}.intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
            x = self.norm(x + self.linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)


def main(texts):
    pieces = (FOLDER / "vocab.txt").read_text(encoding="utf-8").split("\n")
    vocabulary = {piece: i for i, piece in enumerate(pieces) if piece}
    network = Network(read_weights())
    ids = [tokenize(text, vocabulary) for text in texts]
    vectors = np.array([network.embed(each) for each in ids])
    report = [
        {"text": text, "pieces": each, "vector": vector.tolist()} for text, each, vector in zip(texts, ids, vectors)
    ]
    print(json.dumps({"texts": report, "cosines": (vectors @ vectors.T).tolist()}))


if __name__ == "__main__":
    main(sys.argv[1:])
