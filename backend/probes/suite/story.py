"""Questions of the three subjects of the story: pre-training, distributed training, accelerator design."""

from __future__ import annotations

from fractions import Fraction

from backend.probes.suite.templates import ONE, THREE, TWO, Template, share

PRETRAINING, DISTRIBUTED, DESIGN = (
    "pretraining-pipelines", "distributed-training", "ml-accelerator-design",
)  # fmt: skip

TEMPLATES = (
    Template(
        "pt-tokens", PRETRAINING, ONE,
        "A pre-training corpus has {size} GB of text (1 GB = 10^9 bytes), and its tokenizer needs one "
        "token for {bytes} bytes on average. How many million tokens is the corpus?",
        "million tokens",
        {"size": range(120, 980, 20), "bytes": (4, 5, 8, 10)},
        lambda size, bytes: Fraction(size * 1000, bytes),
    ),
    Template(
        "pt-flops", PRETRAINING, ONE,
        "By the usual estimate pre-training costs 6 floating-point operations per parameter and token. A "
        "model of {n} million parameters is pre-trained on {d} billion tokens. How many exa-operations "
        "(billions of billions) is that?",
        "exa-operations",
        {"n": range(150, 950, 50), "d": range(20, 90, 5)},
        lambda n, d: Fraction(6 * n * d, 1000),
    ),
    Template(
        "pt-dedup", PRETRAINING, TWO,
        "A web crawl of {n} million documents is filtered for pre-training: first {dup} % of the "
        "documents are dropped as near-duplicates, then {low} % of what is left by a quality classifier. "
        "How many million documents remain?",
        "million documents",
        {"n": range(200, 900, 50), "dup": (20, 30, 40, 55), "low": (15, 25, 35, 60)},
        lambda n, dup, low: n * (1 - share(dup)) * (1 - share(low)),
    ),
    Template(
        "pt-mixture", PRETRAINING, TWO,
        "A pre-training mixture of {total} billion tokens takes {code} % of its tokens from a code corpus"
        " that has {have} billion tokens. How many passes over that corpus does the mixture make on "
        "average?",
        "passes",
        {"total": range(600, 2400, 150), "code": (12, 18, 24, 30), "have": (40, 50, 60, 80)},
        lambda total, code, have: total * share(code) / have,
    ),
    Template(
        "pt-days", PRETRAINING, THREE,
        "A model of {n} billion parameters is pre-trained on {d} billion tokens at 6 operations per "
        "parameter and token, on {chips} chips of {peak} * 10^12 operations per second each, of which "
        "{used} % are reached. How many hours does it take?",
        "hours",
        {"n": (2, 3, 4, 6), "d": range(200, 900, 100), "chips": (256, 512, 1024),
         "peak": (200, 250, 400), "used": (40, 50)},
        lambda n, d, chips, peak, used: (
            Fraction(6 * n * d * 10**6, 3600 * chips * peak) / share(used)
        ),
    ),
    Template(
        "pt-epochs", PRETRAINING, THREE,
        "A pre-training run takes {steps} thousand steps with batches of {batch} sequences of {length} "
        "tokens. Its corpus has {have} billion tokens after {lost} % of it were removed by deduplication,"
        " which is done before training. How many tokens, in billions, are seen beyond one pass over the "
        "corpus?",
        "billion tokens",
        {"steps": (100, 120, 150, 200), "batch": (512, 1024), "length": (2048, 4096),
         "have": (60, 80, 100), "lost": (20, 30, 40)},
        lambda steps, batch, length, have, lost: Fraction(steps * batch * length, 10**6) - have,
    ),
    Template(
        "dt-optimizer", DISTRIBUTED, ONE,
        "Mixed-precision training with Adam keeps {bytes} bytes of states per parameter. A model of {n} "
        "million parameters shards them evenly over {w} data-parallel workers. How many megabytes (10^6 "
        "bytes) of states does each worker hold?",
        "megabytes",
        {"bytes": (12, 16, 18), "n": range(800, 6000, 400), "w": (8, 16, 32, 64)},
        lambda bytes, n, w: Fraction(bytes * n, w),
    ),
    Template(
        "dt-batch", DISTRIBUTED, ONE,
        "Data-parallel training runs on {w} workers; each processes {micro} micro-batches of {size} "
        "sequences before gradients are exchanged. How many sequences is the global batch?",
        "sequences",
        {"w": (24, 48, 56, 72, 96), "micro": (4, 6, 8, 12), "size": (3, 5, 6, 7)},
        lambda w, micro, size: w * micro * size,
    ),
    Template(
        "dt-ring", DISTRIBUTED, TWO,
        "In a ring all-reduce each of {w} workers sends 2 * ({w} - 1) / {w} times the size of the "
        "gradients. The gradients are {n} million values of {bytes} bytes. How many megabytes (10^6 "
        "bytes) does each worker send?",
        "megabytes",
        {"w": (5, 8, 16, 20, 32), "n": range(300, 1500, 100), "bytes": (2, 4)},
        lambda w, n, bytes: Fraction(2 * (w - 1) * n * bytes, w),
    ),
    Template(
        "dt-bubble", DISTRIBUTED, TWO,
        "A pipeline of {p} stages processes {m} micro-batches without interleaving; the idle share of "
        "each device is ({p} - 1) / ({m} + {p} - 1). How many per cent of the time is each device idle?",
        "per cent",
        {"p": (4, 6, 8, 10, 12), "m": (12, 16, 20, 24, 32, 40)},
        lambda p, m: Fraction(100 * (p - 1), m + p - 1),
    ),
    Template(
        "dt-activations", DISTRIBUTED, THREE,
        "A transformer has {layers} layers split evenly over {p} pipeline stages. Each layer keeps {mb} "
        "megabytes of activations per micro-batch, divided evenly over {t} tensor-parallel devices. The "
        "first stage holds the activations of {p} micro-batches at once. How many megabytes of "
        "activations does each of its devices hold?",
        "megabytes",
        {"layers": (48, 64, 80, 96), "p": (4, 8), "mb": range(60, 240, 20), "t": (2, 4, 8)},
        lambda layers, p, mb, t: Fraction(layers, p) * mb / t * p,
    ),
    Template(
        "dt-step", DISTRIBUTED, THREE,
        "A data-parallel step computes for {c} ms and then exchanges {mb} MB of gradients at {bw} GB/s (1"
        " GB = 1000 MB); {o} % of the exchange is hidden behind the computation. A run has {k} thousand "
        "steps. How many minutes does it take?",
        "minutes",
        {"c": range(240, 640, 40), "mb": (1500, 2400, 3600), "bw": (12, 20, 30), "o": (25, 40, 50, 75),
         "k": (30, 45, 60)},
        lambda c, mb, bw, o, k: (c + Fraction(mb, bw) * (1 - share(o))) * k / 60,
    ),
    Template(
        "ad-peak", DESIGN, ONE,
        "A systolic array of {r} by {c} multiply-accumulate units runs at {f} MHz; one "
        "multiply-accumulate counts as two operations. What is its peak, in billions of operations per "
        "second?",
        "billions of operations per second",
        {"r": (96, 128, 160, 256), "c": (64, 96, 128, 192), "f": range(700, 1500, 100)},
        lambda r, c, f: Fraction(2 * r * c * f, 1000),
    ),
    Template(
        "ad-ridge", DESIGN, ONE,
        "An accelerator reaches {peak} * 10^12 operations per second and reads its memory at {bw} * 10^9 "
        "bytes per second. From how many operations per byte on is a kernel bound by computation?",
        "operations per byte",
        {"peak": range(90, 480, 30), "bw": (600, 800, 1200, 1500, 2400)},
        lambda peak, bw: Fraction(peak * 1000, bw),
    ),
    Template(
        "ad-buffer", DESIGN, TWO,
        "An on-chip buffer of {kb} KB (1 KB = 1024 bytes) holds tiles of {bytes}-byte values, double "
        "buffered: two tiles must fit for each of {k} operands. How many values may each tile have?",
        "values",
        {"kb": (192, 384, 768, 1536), "bytes": (1, 2, 4), "k": (2, 3)},
        lambda kb, bytes, k: Fraction(kb * 1024, bytes * 2 * k),
    ),
    Template(
        "ad-energy", DESIGN, TWO,
        "A chip spends {mac} picojoules on a multiply-accumulate and {dram} picojoules on each byte from "
        "DRAM. A layer does {n} million multiply-accumulates and reads {mb} million bytes. How many "
        "microjoules does it take?",
        "microjoules",
        {"mac": (2, 3, 4), "dram": (60, 80, 120, 150), "n": range(200, 900, 100), "mb": (3, 5, 8, 12)},
        lambda mac, dram, n, mb: mac * n + dram * mb,
    ),
    Template(
        "ad-fill", DESIGN, THREE,
        "A systolic array of {r} rows and {c} columns multiplies a matrix of {m} rows by weights that "
        "fill the array; a pass takes {m} + {r} + {c} cycles. The layer needs {p} such passes at {f} "
        "MHz. How many microseconds does it take?",
        "microseconds",
        {"r": (64, 128), "c": (64, 96, 128), "m": range(300, 1500, 100), "p": (24, 36, 48),
         "f": (800, 1000, 1250)},
        lambda r, c, m, p, f: Fraction((m + r + c) * p, f),
    ),
    Template(
        "ad-yield", DESIGN, THREE,
        "A wafer gives {dies} dies of an accelerator, of which {good} % work. Each working die has "
        "{cores} cores, and {off} % of the cores are switched off as spares. A cluster needs {need} "
        "thousand cores. How many wafers, exactly and not rounded up, is that?",
        "wafers",
        {"dies": (50, 60, 64, 80), "good": (60, 75, 80), "cores": (64, 96, 120), "off": (10, 20, 25),
         "need": (150, 240, 360)},
        lambda dies, good, cores, off, need: need * 1000 / (dies * share(good) * cores * (1 - share(off))),
    ),
)  # fmt: skip
