"""Their controls: the same kinds of steps with the same kinds of numbers, about other subjects."""

from __future__ import annotations

from fractions import Fraction

from backend.probes.suite.templates import ONE, THREE, TWO, Template, share

PHYSICS, FINANCE, DATA = "science-physics", "personal-finance", "data-engineering"

TEMPLATES = (
    Template(
        "ph-density", PHYSICS, ONE,
        "A block has a mass of {m} kilograms, and its material has a density of {d} kilograms per litre. "
        "How many litres is the block?",
        "litres",
        {"m": range(120, 980, 20), "d": (4, 5, 8, 10)},
        lambda m, d: Fraction(m) / d,
    ),
    Template(
        "ph-energy", PHYSICS, ONE,
        "Six heaters of the same kind each draw {p} watts for {t} hours. How many kilowatt hours do they "
        "use together?",
        "kilowatt hours",
        {"p": range(150, 950, 50), "t": range(20, 90, 5)},
        lambda p, t: Fraction(6 * p * t, 1000),
    ),
    Template(
        "ph-filters", PHYSICS, TWO,
        "A beam of {n} milliwatts passes two filters: the first absorbs {a} % of it, the second {b} % of "
        "what is left. How many milliwatts come through?",
        "milliwatts",
        {"n": range(200, 900, 50), "a": (20, 30, 40, 55), "b": (15, 25, 35, 60)},
        lambda n, a, b: n * (1 - share(a)) * (1 - share(b)),
    ),
    Template(
        "ph-parallel", PHYSICS, TWO,
        "Two resistors of {a} and {b} ohms are connected in parallel, so that together they have {a} * "
        "{b} / ({a} + {b}) ohms. They carry {i} milliamperes in all. How many millivolts lie across them?",
        "millivolts",
        {"a": (20, 30, 45, 60, 90), "b": (40, 70, 110, 150, 180), "i": (30, 40, 60, 90)},
        lambda a, b, i: Fraction(a * b * i, a + b),
    ),
    Template(
        "ph-pump", PHYSICS, THREE,
        "A pump lifts {v} cubic metres of water (1000 kg each) by {h} metres at {g} m/s^2, with {p} "
        "kilowatts of which {used} % do useful work. How many minutes does it take?",
        "minutes",
        {"v": range(200, 900, 100), "h": (12, 18, 24, 30), "g": (10,), "p": (20, 25, 40), "used": (40, 50)},
        lambda v, h, g, p, used: Fraction(v * 1000 * h * g, 60 * p * 1000) / share(used),
    ),
    Template(
        "ph-train", PHYSICS, THREE,
        "A train of {m} tonnes brakes from {v} metres per second with {f} kilonewtons for {t} seconds. "
        "How many metres per second does it still have?",
        "metres per second",
        {"m": (240, 300, 360, 400), "v": range(28, 60, 4), "f": (60, 80, 120), "t": (25, 30, 40)},
        lambda m, v, f, t: v - Fraction(f * t, m),
    ),
    Template(
        "pf-share", FINANCE, ONE,
        "A fund pays out {cents} cents per share and year. Somebody's {n} shares are divided evenly among"
        " {w} heirs. How many cents does each of them get a year?",
        "cents",
        {"cents": (12, 16, 18), "n": range(800, 6000, 400), "w": (8, 16, 32, 64)},
        lambda cents, n, w: Fraction(cents * n, w),
    ),
    Template(
        "pf-year", FINANCE, ONE,
        "Somebody saves for {y} months; each month has {k} payments of {a} euros. How many euros are "
        "saved?",
        "euros",
        {"y": (24, 48, 56, 72, 96), "k": (4, 6, 8, 12), "a": (3, 5, 6, 7)},
        lambda y, k, a: y * k * a,
    ),
    Template(
        "pf-insurance", FINANCE, TWO,
        "An insurance costs {n} euros a year. A bonus takes off {a} %, and paying once a year takes off "
        "{b} % of what is left. How many euros are paid?",
        "euros",
        {"n": range(300, 1500, 100), "a": (20, 30, 45, 60), "b": (5, 8, 12)},
        lambda n, a, b: n * (1 - share(a)) * (1 - share(b)),
    ),
    Template(
        "pf-quota", FINANCE, TWO,
        "A household earns {m} hundred euros a month and pays {p} hundred euros of rent and {q} hundred "
        "for loans. How many per cent of what it earns is that together?",
        "per cent",
        {"m": (24, 28, 32, 36, 45), "p": (7, 8, 9, 11), "q": (2, 3, 4, 5)},
        lambda m, p, q: Fraction(100 * (p + q), m),
    ),
    Template(
        "pf-fund", FINANCE, THREE,
        "{n} euros are invested for {y} years at {r} % simple interest a year; of the interest {tax} % "
        "are paid as tax, and the rest is divided evenly by {k} people. How many euros does each get?",
        "euros",
        {"n": range(4000, 16000, 1000), "y": (5, 8, 10, 12), "r": (2, 3, 4), "tax": (15, 20, 25),
         "k": (2, 4, 5)},
        lambda n, y, r, tax, k: n * y * share(r) * (1 - share(tax)) / k,
    ),
    Template(
        "pf-car", FINANCE, THREE,
        "A car costs {f} euros a year in tax and insurance, and {c} cents for each kilometre; {k} "
        "thousand kilometres are driven a year, and an employer pays back {o} % of the cost by kilometre."
        " How many euros a month does the car cost?",
        "euros",
        {"f": range(360, 960, 60), "c": (18, 24, 30, 36), "k": (8, 12, 15, 20), "o": (25, 40, 50, 75)},
        lambda f, c, k, o: (f + Fraction(c * k * 1000, 100) * (1 - share(o))) / 12,
    ),
    Template(
        "de-table", DATA, ONE,
        "A table has {r} thousand rows of {c} columns, and each value takes {f} bytes, stored twice. How "
        "many megabytes (10^6 bytes) is that?",
        "megabytes",
        {"r": (96, 128, 160, 256), "c": (64, 96, 128, 192), "f": (4, 8, 12, 16)},
        lambda r, c, f: Fraction(2 * r * c * f, 1000),
    ),
    Template(
        "de-scan", DATA, ONE,
        "A query reads {gb} gigabytes (1 GB = 1000 MB), and the warehouse scans {bw} megabytes per "
        "second. How many seconds does the scan take?",
        "seconds",
        {"gb": range(90, 480, 30), "bw": (600, 800, 1200, 1500, 2400)},
        lambda gb, bw: Fraction(gb * 1000, bw),
    ),
    Template(
        "de-pages", DATA, TWO,
        "A cache of {kb} KB (1 KB = 1024 bytes) keeps rows of {b} bytes, each of them in {k} copies with "
        "an overhead that doubles its size. How many different rows fit?",
        "rows",
        {"kb": (192, 384, 768, 1536), "b": (16, 32, 64), "k": (2, 3)},
        lambda kb, b, k: Fraction(kb * 1024, b * 2 * k),
    ),
    Template(
        "de-cost", DATA, TWO,
        "A stream costs {a} cents per million events and {b} cents per gigabyte. A day has {n} million "
        "events and {g} gigabytes. How many cents does the day cost?",
        "cents",
        {"a": (2, 3, 4), "b": (60, 80, 120, 150), "n": range(200, 900, 100), "g": (3, 5, 8, 12)},
        lambda a, b, n, g: a * n + b * g,
    ),
    Template(
        "de-batch", DATA, THREE,
        "An ETL job reads batches of {m} thousand rows; each batch takes {r} ms to parse and {c} ms to "
        "write, and {w} workers share the {p} thousand batches evenly. How many seconds does the job "
        "take?",
        "seconds",
        {"m": (2, 5), "r": (64, 96, 128), "c": (56, 84, 132), "w": (4, 8, 16), "p": (24, 36, 48)},
        lambda m, r, c, w, p: Fraction((r + c) * p, w),
    ),
    Template(
        "de-shards", DATA, THREE,
        "A store keeps {need} million records. Each node has {disks} disks of {cap} thousand records, of "
        "which {spare} % stay free, and every record is kept on {k} nodes. How many nodes, exactly and "
        "not rounded up, are needed?",
        "nodes",
        {"need": (15, 24, 36), "disks": (6, 8, 12), "cap": (64, 96, 120), "spare": (10, 20, 25),
         "k": (2, 3)},
        lambda need, disks, cap, spare, k: need * 1000 * k / (disks * cap * (1 - share(spare))),
    ),
)  # fmt: skip
