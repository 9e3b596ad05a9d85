"""What images say and show: drawn for real, once."""

from __future__ import annotations

import math
import re
import struct
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations, pairwise

import pytest
import vl_convert

from backend.charts.drawing import images, specification
from backend.charts.frame import BOLD, LEFT, RIGHT, TEXT_PX, TITLE_PX, Face, width_of, wrapped
from backend.charts.kinds import KINDS
from backend.charts.looks import FILES, LOOKS, SOCIAL, size_of


def week(monday: str, sunday: str, n: int) -> dict[str, object]:
    return {"row": "week", "from": monday, "to": sunday, "reports": n, "what": ""}


def moment(row: str, on: str, what: str) -> dict[str, object]:
    return {"row": row, "from": on, "to": on, "on": on, "reports": None, "what": what}


def window(ends: str, shown: int | None) -> dict[str, object]:
    bound = None if shown is None else shown / 2
    return {"row": "window", "from": "2026-08-01", "to": ends, "contributors": shown, "bound": bound,
            "expected": 2.0}  # fmt: skip


RATED = ("n_ratings", "share", "share_low", "share_high", "n_domain", "share_domain", "n_model",
         "share_model")  # fmt: skip


def rated(monday: str, share: float | None, domain: float | None = 0.1) -> dict[str, object]:
    """A week of a cell; of the model elsewhere nothing is told."""
    sunday = (date.fromisoformat(monday) + timedelta(days=6)).isoformat()
    low, high = (None, None) if share is None else (share / 2, share * 1.5)
    numbers = dict(zip(RATED, (60, share, low, high, 400, domain, None, None), strict=True))
    return {"row": "week", "from": monday, "to": sunday, **numbers}


def bubble(number: int, n: int, x: float, y: float, place: str = "own") -> dict[str, object]:
    return {"number": number, "cluster": 70 + number, "domain": "law", "place": place, "reports": n,
            "contributors": 12, "x": x, "y": y}  # fmt: skip


ROWS = {
    "reports": [
        week("2026-08-31", "2026-09-06", 3), week("2026-09-07", "2026-09-13", 5),
        week("2026-09-14", "2026-09-20", 2),
        moment("release", "2026-09-02", "Model A"), moment("release", "2026-09-02", "Model B"),
        moment("release", "2026-09-02", "Model C"),
        moment("onset", "2026-09-07", "finding 7"), moment("offset", "2026-09-14", "finding 7"),
    ],
    "domain": [week("2026-09-07", "2026-09-13", 5)],
    "finding": [
        window("2026-09-06", 6), window("2026-09-13", None), window("2026-09-20", 8),
        window("2026-10-04", 9),
        {"row": "onset", "from": "2026-09-07", "to": "2026-09-20", "contributors": None,
         "bound": None, "expected": None},
    ],
    "ratings": [
        rated("2026-08-24", 0.2), rated("2026-08-31", None), rated("2026-09-07", None),
        rated("2026-09-14", 0.3, None), rated("2026-09-21", 0.4),
        {"row": "onset", "from": "2026-09-14", "to": "2026-09-27"} | dict.fromkeys(RATED),
    ],
    "map": [
        {"report": "a", "x": 0.1, "y": 0.2, "state": "affected"},
        {"report": "b", "x": 0.3, "y": -0.2, "state": "normal"},
        {"report": "c", "x": -0.3, "y": 0.9, "state": "unknown"},
    ],
    "clusters": [bubble(1, 100, -0.5, -0.5), bubble(2, 25, 0.0, 0.0),
                 bubble(3, 49, -0.2, -0.3, "neighbour"), bubble(4, 20, 0.9, 0.9, "neighbour")],
}  # fmt: skip


@lru_cache
def drawn(kind: str, is_simulated: bool = True) -> dict[str, bytes]:
    face = Face(
        "Title of it", "what was asked", is_simulated, "host/c/abcdefgh2345", "data of run 9"
    )
    return images(kind, ROWS[kind], face)


def texts(svg: bytes) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())


def texts_of_svgs(kind: str, **options: bool) -> list[list[str]]:
    return [texts(data) for name, data in drawn(kind, **options).items() if name.endswith(".svg")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_image_carries_id_query_version_and_the_word_simulated(kind: str) -> None:
    assert set(drawn(kind)) == {*FILES, "spec.json"}
    for words in texts_of_svgs(kind):
        assert {"plumbline · host/c/abcdefgh2345", "what was asked", "data of run 9", "SIMULATED",
                "Title of it"} <= set(words)  # fmt: skip
    card = str(specification(kind, ROWS[kind], Face("T", "q", True, "host/c/abc", "v"), "social"))
    assert "SIMULATED" in card
    assert "host/c/abc" in card


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_of_real_reports_does_not_say_simulated(kind: str) -> None:
    assert not [words for words in texts_of_svgs(kind, is_simulated=False) if "SIMULATED" in words]


@pytest.mark.parametrize("kind", KINDS)
def test_each_image_has_the_size_that_pages_reserve_for_it(kind: str) -> None:
    for name, data in drawn(kind).items():
        if name == "spec.json":
            continue
        width, height = size_of(kind, name.rsplit(".", 1)[0])
        if name.endswith(".svg"):
            found = re.match(rb'<svg[^>]* width="(\d+)" height="(\d+)"', data)
            assert found is not None
            assert (int(found[1]), int(found[2])) == (width, height), name
        else:  # the header of a PNG
            assert struct.unpack(">II", data[16:24]) == (2 * width, 2 * height), name
    assert struct.unpack(">II", drawn(kind)["social.png"][16:24]) == (1200, 630)


@pytest.mark.parametrize("kind", KINDS)
def test_no_image_needs_a_style_a_script_or_another_file(kind: str) -> None:
    for name, data in drawn(kind).items():
        if name.endswith(".svg"):
            assert not re.search(rb"<style|style=|<script|\shref=|url\(", data), name


def test_the_dark_image_is_the_light_one_in_other_colours() -> None:
    light, dark = drawn("finding")["light.svg"].decode(), drawn("finding")["dark.svg"].decode()
    assert re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)
    assert LOOKS["light"].paper in light
    assert LOOKS["dark"].paper in dark
    assert LOOKS["light"].ink not in dark


@pytest.mark.parametrize("kind", KINDS)
def test_the_specification_is_vega_lite(kind: str) -> None:
    for look in LOOKS:
        face = Face("T", "q", False, "a", "v")
        found = specification(kind, ROWS[kind], face, look, is_checked=True)
        assert found["usermeta"]["plumbline"]["kind"] == kind


def test_the_same_rows_give_the_same_specification_and_the_same_bytes() -> None:
    again = images("reports", ROWS["reports"], Face(
        "Title of it", "what was asked", True, "host/c/abcdefgh2345", "data of run 9"
    ))  # fmt: skip
    assert again == drawn("reports")


def test_a_line_breaks_where_the_count_is_not_published_or_not_known() -> None:
    # 6, hidden, 8, no window, 9: three pieces, so the pen is put down three times
    svg = drawn("finding")["light.svg"].decode()
    path = re.search(r'aria-label="[^"]*series: counted"[^>]*d="([^"]*)"', svg)
    assert path is not None
    assert path.group(1).count("M") == 3


def test_the_window_that_ends_on_the_day_of_the_run_is_drawn() -> None:
    """A run of a Thursday: its own window ends between two Sundays, and is the newest there is."""
    rows = [window("2026-11-08", 7), window("2026-11-15", 9), window("2026-11-22", 8),
            window("2026-11-26", 30)]  # fmt: skip
    spec = specification("finding", rows, Face("T", "q", False, "a", "v"))
    (drawn_rows,) = [
        found for found in spec["datasets"].values()
        if {"expected", "counted"} <= {row.get("series") for row in found}
    ]  # fmt: skip
    counted = [row["contributors"] for row in drawn_rows if row["series"] == "counted"]
    assert counted == [7, 9, 8, 30]


def test_a_share_that_is_not_published_breaks_its_line_and_is_a_band() -> None:
    svg = drawn("ratings")["light.svg"].decode()
    pieces = {
        name: re.search(rf'aria-label="[^"]*series: {name}"[^>]*d="([^"]*)"', svg)
        for name in ("this model, this subject", "other vendors, this subject")
    }
    # .2, none, none, .3, .4: two pieces; three of the others, one missing, one: two as well
    assert [found and found[1].count("M") for found in pieces.values()] == [2, 2]
    spec = specification("ratings", ROWS["ratings"], Face("T", "q", False, "a", "v"))
    bands = [rows for rows in spec["datasets"].values() if rows and set(rows[0]) == {"low", "high"}]
    # 720 - 50 - 18 = 652 pixels for 35 days: the second and the third week in one, and the onset's bar
    # from the 21st day to the 34th
    assert [[(round(row["low"]), round(row["high"])) for row in rows] for rows in bands] == [
        [(130, 391)], [(391, 633)],
    ]  # fmt: skip


def test_each_interval_of_a_share_is_drawn_where_it_is_published() -> None:
    spec = specification("ratings", ROWS["ratings"], Face("T", "q", False, "a", "v"))
    (bars,) = [rows for rows in spec["datasets"].values() if rows and "at" in rows[0]
               and "low" in rows[0]]  # fmt: skip
    assert [(row["low"], round(row["high"], 2)) for row in bars] == [
        (0.1, 0.3), (0.15, 0.45), (0.2, 0.6),
    ]  # fmt: skip


def test_what_shares_are_compared_with_is_explained() -> None:
    for words in texts_of_svgs("ratings"):
        assert {"this model, this subject", "its 95 % interval", "other vendors, this subject",
                "this model, other subjects", "not published", "began"} <= set(words)  # fmt: skip


def test_the_band_and_the_bound_are_explained() -> None:
    for words in texts_of_svgs("finding"):
        assert {"fewer than 5: not published", "down to the 2.5 % bound", "expected"} <= set(words)


def test_onset_and_offset_are_marked_with_words() -> None:
    words = texts(drawn("finding")["light.svg"])
    assert "began" in words
    assert "ended" not in words  # it has none


def test_what_happened_beside_the_reports_is_named() -> None:
    words = texts(drawn("reports")["light.svg"])
    assert {"Model A, Model B +1", "model released", "finding began", "finding ended"} <= set(words)
    assert words.count("finding 7") >= 2


def test_words_of_moments_never_lie_on_each_other() -> None:
    """Twenty releases in two months: most lose their words, none of those that stay overlap."""
    days = [f"2026-09-{day:02d}" for day in range(1, 21)]
    rows = [*ROWS["reports"][:3], *(moment("release", d, f"Model of the {d}") for d in days)]
    for look in LOOKS:
        spec = specification("reports", rows, Face("T", "q", False, "a", "v"), look)
        labels = [row for data in spec["datasets"].values() for row in data
                  if str(row.get("text", "")).startswith("Model of")]  # fmt: skip
        assert labels
        spans: dict[float, list[tuple[float, float]]] = {}
        for row in {r["text"]: r for r in labels}.values():
            wide = width_of(row["text"], row["size"])
            start = row["x"] - wide if row["align"] == "right" else row["x"]
            spans.setdefault(row["y"], []).append((start, start + wide))
        for found in spans.values():
            found.sort()
            assert all(a[1] <= b[0] for a, b in pairwise(found)), look


def circles(
    rows: list[dict[str, object]], look: str = "light"
) -> list[tuple[str, float, float, float]]:
    """Number, place in pixels of the plot, and radius, in the order of drawing."""
    found = specification("clusters", rows, Face("T", "q", False, "a", "v"), look)
    points = [row for data in found["datasets"].values() for row in data if "place" in row]
    return [(p["number"], p["x"], p["y"], round((p["size"] / 4) ** 0.5, 1)) for p in points]


def test_circles_of_clusters_keep_distances_and_tell_reports_by_their_area() -> None:
    # The plot is 720 - 2 * 18 = 684 wide. Of its 540 the title takes 43, the key 17, the foot 49: 431 are
    # left. 32 of each half are for the largest circle. Both directions go from -.5 to .9, so a step is
    # min(310, 183.5) / .7 = 262.1 from the middle (.2, .2), at (342, 215.5). Radius 30 for 100 reports, 21
    # for 49, 15 for 25, 13.4 for 20; own ones lie on top.
    assert circles(ROWS["clusters"]) == [
        ("3", 237.1, 346.6, 21.0), ("4", 525.5, 32.0, 13.4),
        ("1", 158.5, 399.0, 30.0), ("2", 289.6, 267.9, 15.0),
    ]  # fmt: skip


def test_a_single_cluster_lies_in_the_middle_and_small_ones_can_be_read() -> None:
    assert circles([bubble(1, 20, 0.4, 0.4)]) == [("1", 342.0, 224.0, 30.0)]
    far = [bubble(1, 10_000, 0.0, 0.0), bubble(2, 20, 1.0, 1.0)]
    assert [radius for _, _, _, radius in circles(far)] == [30.0, 9.0]


def heap(n: int, reports: int) -> list[dict[str, object]]:
    """Alike clusters in a hundredth of the map, some in one place, and two at opposite corners."""
    near = [bubble(k, reports + k % 7, 0.1 * math.sin(k // 2), 0.1 * math.cos(3 * k // 2))
            for k in range(1, n - 1)]  # fmt: skip
    return [*near, bubble(n - 1, reports, 1.0, 0.9), bubble(n, reports, -1.0, -0.9)]


@pytest.mark.parametrize("look", ["light", "light-narrow", SOCIAL])
@pytest.mark.parametrize(("n", "reports"), [(36, 20), (36, 400), (150, 20), (12, 20)])
def test_no_circle_lies_on_another_and_two_far_ones_do_not_heap_the_others(
    look: str, n: int, reports: int
) -> None:
    rows = heap(n, reports) + ([bubble(n + 1, 4_000, 0.0, 0.0)] if reports == 20 else [])
    shown = circles(rows, look)
    for one, other in combinations(shown, 2):
        away = math.hypot(one[1] - other[1], one[2] - other[2])
        assert away > one[3] + other[3], (one, other)
    frame = specification("clusters", rows, Face("T", "q", False, "a", "v"), look)
    for _, x, y, radius in shown:
        assert radius <= x <= frame["width"] - radius
        assert radius <= y <= frame["height"] - radius
    near = [x for number, x, _, _ in shown if int(number) not in (n - 1, n)]
    assert n == 12 or max(near) - min(near) > frame["height"] / 4
    by_number = {number: x for number, x, _, _ in shown}
    assert by_number[str(n - 1)] > max(near), "still the rightmost"
    assert by_number[str(n)] < min(near), "still the leftmost"
    assert circles(rows, look) == shown


def test_neighbours_are_explained_where_there_are_any() -> None:
    assert "of its neighbours" in texts(drawn("clusters")["light.svg"])
    alone = images("clusters", ROWS["clusters"][:2], Face("T", "q", False, "a", "v"))
    assert "of its neighbours" not in texts(alone["light.svg"])


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_picture_of_nothing(kind: str) -> None:
    assert specification(kind, [], Face("T", "q", False, "a", "v"), is_checked=True)["layer"]


def test_a_long_title_is_wrapped_and_cut() -> None:
    lines = wrapped("word " * 40, 15, 200, lines_max=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(width_of(line, 15) <= 200 for line in lines)


def windows_of_a_summer() -> list[dict[str, object]]:
    """Their last tick, of 1 October, is 14 pixels from the right end of a narrow plot."""
    days = [date(2026, 4, 5) + timedelta(weeks=n) for n in range(27)]
    return [window(day.isoformat(), 6) for day in days]


@pytest.mark.parametrize("look", ["light", "light-narrow", SOCIAL])
@pytest.mark.parametrize("kind", ["finding", "domain", "ratings"])
def test_months_have_room_in_a_wider_font(kind: str, look: str) -> None:
    """Neither cut at an end of the image, nor run into each other: in whichever font is there."""
    rows = windows_of_a_summer()
    if kind == "domain":
        days = [date(2025, 11, 24) + timedelta(weeks=n) for n in range(52)]
        rows = [week(d.isoformat(), (d + timedelta(days=6)).isoformat(), 3) for d in days]
    if kind == "ratings":
        rows = [rated((date(2026, 3, 30) + timedelta(weeks=n)).isoformat(), 0.2) for n in range(27)]
    svg = vl_convert.vegalite_to_svg(
        specification(kind, rows, Face("T", "q", False, "a", "v"), look)
    )
    labels = re.findall(
        r'<text text-anchor="(\w+)" transform="translate\(([-\d.]+),[-\d.]+\)"[^>]*'
        r'opacity="1"[^>]*>(\w{3} 20\d\d)</text>', svg,
    )  # fmt: skip
    assert len(labels) >= 2
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}
    spans = []
    for anchor, x, words in labels:
        wide = width_of(words, TEXT_PX)
        start = float(x) - before[anchor] * wide
        spans.append((start, start + wide))
    assert spans[0][0] >= -LEFT
    assert spans[-1][1] <= size_of(kind, look)[0] - LEFT
    assert all(a[1] < b[0] for a, b in pairwise(spans)), spans


@pytest.mark.parametrize("look", LOOKS)
def test_the_title_keeps_away_from_the_word_simulated(look: str) -> None:
    title = "Brook Deep (fictional) · Distributed training infrastructure: silent symptoms"
    spec = specification("map", [], Face(title, "q", True, "a", "v"), look)
    rows = [row for data in spec["datasets"].values() for row in data if "text" in row]
    word = next(row for row in rows if row["text"] == "SIMULATED")
    shown = [row for row in rows if row["size"] == TITLE_PX]
    assert " ".join(row["text"] for row in shown) == title
    for row in shown:
        end = row["x"] + width_of(row["text"], TITLE_PX * BOLD)
        limit = LOOKS[look].width - 2 * RIGHT
        if row["y"] == word["y"]:
            limit = word["x"] - width_of("SIMULATED", TEXT_PX * BOLD)
        assert end <= limit, row["text"]
