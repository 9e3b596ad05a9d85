"""The tree-and-time scan against published ratios, all permutations of tiny tables, and its promises."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.records import DataError, Domain
from analysis.scan import ScanUnits, expectation_based_log_ratio, poisson_log_ratio, scan
from analysis.tree import Tree, tree_of

PUBLISHED = json.loads(
    (Path(__file__).parent / "references" / "scan.json").read_text(encoding="utf-8")
)
CONFIG = AnalysisConfig()
FEW = replace(CONFIG, scan_permutations=19)
VENDORS = ("ant", "bee", "cat")
TREE = tree_of(
    [
        Domain("law", ""),
        Domain("contracts", "law"),
        Domain("patents", "law"),
        Domain("science", ""),
        Domain("biology", "science"),
        Domain("physics", "science"),
    ]
)
CONTRACTS, PATENTS, BIOLOGY, PHYSICS = (
    TREE.leaves.index(slug) for slug in ("contracts", "patents", "biology", "physics")
)
LEAVES = (CONTRACTS, PATENTS, BIOLOGY, PHYSICS)
WIDE = tree_of(
    [
        *(Domain(f"family-{f}", "") for f in range(5)),
        *(Domain(f"leaf-{f}-{k}", f"family-{f}") for f in range(5) for k in range(3)),
    ]
)
SIX = ("ant", "bee", "cat", "dog", "elk", "fox")
Entry = tuple[int, int, int, int]


def units(entries: list[Entry]) -> ScanUnits:
    """Entries of (contributor, vendor, leaf, age)."""
    columns = np.array(entries, dtype=np.int64).reshape(-1, 4).T
    return ScanUnits(*columns)


def people(cells: dict[tuple[int, int, int], int]) -> ScanUnits:
    """So many contributors with one unit each, by (vendor, leaf, age)."""
    entries = [cell for cell, n in cells.items() for _ in range(n)]
    return units([(i, *cell) for i, cell in enumerate(entries)])


def even(per_cell: int, *, more: dict[tuple[int, int], int] | None = None) -> ScanUnits:
    """Contributors of this week in each of 3 x 4 cells, more of them in some."""
    cells = {(v, leaf, 0): per_cell for v in range(3) for leaf in LEAVES}
    for (v, leaf), n in (more or {}).items():
        cells[v, leaf, 0] = n
    return people(cells)


def wide(more: dict[tuple[str, str], int]) -> ScanUnits:
    """Ten contributors of this week in each cell of six vendors and 15 leaves, more in some."""
    cells = {(v, leaf, 0): 10 for v in range(6) for leaf in range(15)}
    for (vendor, leaf), n in more.items():
        cells[SIX.index(vendor), WIDE.leaves.index(leaf), 0] = n
    return people(cells)


def everything(entries: list[Entry], tree: Tree, config: AnalysisConfig) -> dict[tuple, float]:
    """Ratio of each (vendor, node, window), from sets of people; written from the definition."""
    found = {}
    for window in config.scan_windows_weeks:
        for level in range(tree.node.shape[1]):
            cell: dict[tuple[int, int], set[int]] = {}
            for person, vendor, leaf, age in entries:
                if age < window:
                    cell.setdefault((vendor, int(tree.node[leaf, level])), set()).add(person)
            total = sum(len(members) for members in cell.values())
            for (vendor, node), members in cell.items():
                o = len(members)
                row = sum(len(m) for (v, _), m in cell.items() if v == vendor)
                column = sum(len(m) for (_, n), m in cell.items() if n == node)
                e = row * column / total
                if o > e and o >= config.contributors_min:
                    rest = (total - o) * log((total - o) / (total - e)) if o < total else 0.0
                    key = (VENDORS[vendor], tree.nodes[node], window)
                    found[key] = max(found.get(key, 0.0), o * log(o / e) + rest)
    return found


@pytest.mark.parametrize("row", PUBLISHED["new_york"]["rows_population_cases_llr"])
def test_satscans_clusters_have_its_log_likelihood_ratios(row):
    population, cases, published = row
    total = PUBLISHED["new_york"]["cases"]
    expected = total * population / PUBLISHED["new_york"]["population"]
    assert poisson_log_ratio(cases, expected, total) == pytest.approx(published, abs=6e-7)


def test_treeminers_nodes_have_its_log_likelihood_ratios():
    # Given both counts, its binomial ratio is the Poisson ratio given the total.
    exposed, others, published = np.array(PUBLISHED["treeminer"]["rows_exposed_unexposed_llr"]).T
    found = poisson_log_ratio(exposed, (exposed + others) / 11, exposed + others)
    np.testing.assert_allclose(found, published, atol=6e-7)


def test_ratios_at_the_edges():
    # 2 ln 2 when all is inside; nothing for a deficit, for equality, for an empty table.
    found = poisson_log_ratio([2.0, 1.0, 3.0, 0.0], [1.0, 2.0, 3.0, 0.0], [2.0, 4.0, 9.0, 0.0])
    assert found == pytest.approx([2 * log(2), 0, 0, 0])
    assert poisson_log_ratio(1.0, 0.0, 3.0) == np.inf
    # 4 ln 2 - 2, and the same edges.
    found = expectation_based_log_ratio([4.0, 1.0, 3.0, 0.0], [2.0, 2.0, 3.0, 0.0])
    assert found == pytest.approx([4 * log(2) - 2, 0, 0, 0])
    assert expectation_based_log_ratio(1.0, 0.0) == np.inf


def test_impossible_counts_are_refused():
    for counts in [(-1, 1, 2), (3, 1, 2), (1, -1, 2), (1, 3, 2), (np.nan, 1, 2)]:
        with pytest.raises(DataError, match="between 0 and the total"):
            poisson_log_ratio(*counts)
    for observed, expected in [(-1, 1), (1, -1), (np.nan, 1)]:
        with pytest.raises(DataError, match="negative"):
            expectation_based_log_ratio(observed, expected)


def test_one_cell_in_excess_is_found_with_its_numbers():
    # Ant: 20 on contracts and 5 on each other leaf, everybody else 5 each: row 35, column 30, N 75.
    found = scan(even(5, more={(0, CONTRACTS): 20}), VENDORS, TREE, CONFIG, seed=1)[0]
    assert (found.model, found.domain, found.window_weeks) == ("ant", "contracts", 2)
    assert (found.observed, found.total) == (20, 75)
    assert found.expected == pytest.approx(35 * 30 / 75)
    assert found.llr == pytest.approx(20 * log(20 / 14) + 55 * log(55 / 61))


def test_an_excess_in_all_leaves_of_a_family_is_the_familys():
    raised = wide({("bee", f"leaf-3-{k}"): 30 for k in range(3)})
    found = scan(raised, SIX, WIDE, CONFIG, seed=1)[0]
    # Bee: 90 of its 210 on this family; all: 240 of 960.
    assert (found.model, found.domain, found.observed) == ("bee", "family-3", 90)
    assert found.expected == pytest.approx(210 * 240 / 960)
    assert found.p_value == 0.001


def test_the_window_is_the_one_in_which_it_began():
    # For 12 weeks 2 contributors a week and cell, and for 4 weeks 10 about cat and physics.
    cells = {(v, leaf, age): 2 for v in range(3) for leaf in LEAVES for age in range(12)}
    cells |= {(2, PHYSICS, age): 10 for age in range(4)}
    found = scan(people(cells), VENDORS, TREE, CONFIG, seed=1)[0]
    assert (found.model, found.domain, found.window_weeks) == ("cat", "physics", 4)
    assert found.observed == 40


def test_a_person_counts_once_at_a_node():
    # Ten people write about ant on both leaves of law: in the family's table they are ten, not 20.
    both = [(p, 0, leaf, 0) for p in range(10) for leaf in (CONTRACTS, PATENTS)]
    others = [(p, v, leaf, 0) for p, (v, leaf) in enumerate(
        [(v, leaf) for v in (1, 2) for leaf in (BIOLOGY, PHYSICS) for _ in range(5)], start=10
    )]  # fmt: skip
    found = scan(units(both + others), VENDORS, TREE, FEW, seed=1)[0]
    assert (found.model, found.domain, found.observed, found.total) == ("ant", "law", 10, 30)
    assert found.expected == pytest.approx(10 * 10 / 30)


def test_a_vendor_or_a_subject_that_rises_everywhere_cancels():
    # Vendors 1 : 2 : 3 and leaves 5 : 10 : 15 : 20, every cell the product: O is E exactly.
    cells = {(v, leaf, 0): (v + 1) * 5 * (i + 1) for v in range(3) for i, leaf in enumerate(LEAVES)}
    assert scan(people(cells), VENDORS, TREE, CONFIG, seed=1) == ()


def test_a_second_cluster_lies_elsewhere():
    raised = wide({("ant", "leaf-0-1"): 60, ("cat", "leaf-3-0"): 50})
    first, second = scan(raised, SIX, WIDE, CONFIG, seed=1)
    assert (first.model, first.domain, first.p_value) == ("ant", "leaf-0-1", 0.001)
    assert (second.model, second.domain, second.p_value) == ("cat", "leaf-3-0", 0.001)
    # Without the first leaf: cat 180, the other leaf 100, all 880.
    assert (second.observed, second.total) == (50, 880)
    assert second.expected == pytest.approx(180 * 100 / 880)
    # And without both every cell has what is expected of it, so there is no third.
    assert scan(raised, SIX, WIDE, replace(CONFIG, scan_rounds=1), seed=1) == (first,)


def test_nothing_is_looked_for_behind_an_insignificant_cluster():
    two = even(10, more={(0, CONTRACTS): 11, (2, PHYSICS): 12})
    (only,) = scan(two, VENDORS, TREE, CONFIG, seed=1)
    assert only.p_value > 0.05


def exact_p_value(entries: list[Entry], tree: Tree, config: AnalysisConfig) -> float:
    """Over all ways to give the bundles' vendors to the bundles."""
    bundles = sorted({(person, vendor) for person, vendor, _, _ in entries})
    seen = max(everything(entries, tree, config).values())
    reached = total = 0
    for labels in permutations([vendor for _, vendor in bundles]):
        told = dict(zip(bundles, labels, strict=True))
        # A bundle counts as a person of its own.
        swapped = [
            (bundles.index((person, vendor)), told[person, vendor], leaf, age)
            for person, vendor, leaf, age in entries
        ]
        largest = max(everything(swapped, tree, config).values(), default=0.0)
        reached += largest >= seen - 1e-9
        total += 1
    return reached / total


ONE_UNIT_EACH = [
    (0, 0, CONTRACTS, 0),
    (1, 0, CONTRACTS, 0),
    (2, 0, CONTRACTS, 0),
    (3, 1, BIOLOGY, 0),
    (4, 1, PHYSICS, 0),
    (5, 1, CONTRACTS, 0),
    (6, 2, PHYSICS, 0),
]
BUNDLES = [
    *[(0, 0, CONTRACTS, 0), (0, 0, PATENTS, 5)],
    *[(1, 0, CONTRACTS, 1), (1, 1, PHYSICS, 3)],  # a person with two vendors
    (2, 0, PATENTS, 1),
    *[(3, 1, BIOLOGY, 0), (3, 1, PHYSICS, 0)],
    (4, 1, BIOLOGY, 9),
    *[(5, 2, CONTRACTS, 7), (5, 2, BIOLOGY, 2)],
]


@pytest.mark.parametrize("entries", [ONE_UNIT_EACH, BUNDLES])
def test_the_p_value_is_that_of_all_permutations(entries):
    n = 20_000
    config = replace(CONFIG, contributors_min=1, scan_permutations=n, scan_exceedances=n + 1)
    exact = exact_p_value(entries, TREE, config)
    found = scan(units(entries), VENDORS, TREE, config, seed=1)[0]
    assert 0.001 < exact < 0.999
    # 5.3 standard errors: fails once in 8 million seeds.
    assert found.p_value == pytest.approx(exact, abs=5.3 * np.sqrt(exact * (1 - exact) / n) + 1 / n)
    assert found.n_permutations == n


def test_drawing_stops_once_it_is_clear_that_nothing_is_there():
    (found,) = scan(even(10, more={(0, CONTRACTS): 16}), VENDORS, TREE, CONFIG, seed=1)
    assert 20 < found.n_permutations < 200
    assert found.p_value == 20 / found.n_permutations


def test_drawing_never_stops_early_at_a_strong_cluster():
    found = scan(even(20, more={(0, CONTRACTS): 200}), VENDORS, TREE, CONFIG, seed=1)[0]
    assert (found.p_value, found.n_permutations) == (0.001, 999)


@pytest.mark.parametrize(
    "nothing",
    [
        units([]),
        people({(0, CONTRACTS, 0): 50, (0, PHYSICS, 0): 9}),  # one vendor
        people({(0, PHYSICS, 0): 50, (1, PHYSICS, 0): 9}),  # one leaf
        people({(0, CONTRACTS, 0): 4, (1, BIOLOGY, 0): 4, (2, PHYSICS, 0): 4}),  # fewer than 5
        people({(0, CONTRACTS, 12): 50, (1, BIOLOGY, 12): 50}),  # older than the longest window
    ],
)
def test_where_nothing_can_stand_out_there_is_no_cluster(nothing):
    assert scan(nothing, VENDORS, TREE, CONFIG, seed=1) == ()


def test_a_tree_without_leaves_has_no_cluster():
    assert scan(units([]), (), tree_of([]), CONFIG, seed=1) == ()


def test_five_contributors_are_enough():
    five = people({(0, CONTRACTS, 0): 5, (1, BIOLOGY, 0): 4, (2, PHYSICS, 0): 4})
    (found,) = scan(five, VENDORS, TREE, FEW, seed=1)
    assert (found.model, found.domain, found.observed) == ("ant", "contracts", 5)


def test_bad_input_is_refused():
    good = even(5)
    for broken, words in [
        (replace(good, leaf=good.leaf[:-1]), "same length"),
        (replace(good, vendor=good.vendor + 1), "vendor code"),
        (replace(good, vendor=good.vendor - 1), "vendor code"),
        (replace(good, leaf=good.leaf + 1), "leaf code"),
        (replace(good, age_weeks=good.age_weeks - 1), "age is negative"),
        (replace(good, age_weeks=good.age_weeks.astype(float)), "whole numbers"),
    ]:
        with pytest.raises(DataError, match=words):
            scan(broken, VENDORS, TREE, CONFIG, seed=1)
    with pytest.raises(DataError, match="stands twice"):
        scan(good, ("ant", "bee", "bee"), TREE, CONFIG, seed=1)
    for windows in [(), (0, 2), (4, 2), (2, 2)]:
        with pytest.raises(DataError, match="window lengths"):
            scan(good, VENDORS, TREE, replace(CONFIG, scan_windows_weeks=windows), seed=1)


def test_a_tree_that_is_none_is_refused():
    with pytest.raises(DataError, match="'nowhere'"):
        tree_of([Domain("law", "nowhere")])
    with pytest.raises(DataError, match="no domain above it"):
        tree_of([Domain("a", "b"), Domain("b", "c"), Domain("c", "b")])


def test_a_leaf_without_a_family_stands_for_itself_at_every_level():
    tree = tree_of(
        [
            *(Domain("top", ""), Domain("mid", "top"), Domain("low", "mid")),
            *(Domain("duo", ""), Domain("one", "duo")),
            Domain("alone", ""),
        ]
    )
    lines = [[tree.nodes[node] for node in line] for line in tree.node]
    assert dict(zip(tree.leaves, lines, strict=True)) == {
        "alone": ["alone", "alone", "alone"],
        "low": ["low", "mid", "top"],
        "one": ["one", "duo", "duo"],
    }


WORLDS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 2), st.sampled_from(LEAVES), st.integers(0, 13)),
    min_size=1,
    max_size=80,
)


@given(WORLDS)
def test_the_first_cluster_is_the_largest_of_all_hypotheses(entries):
    config = replace(FEW, contributors_min=2, scan_rounds=1)
    hypotheses = everything(entries, TREE, config)
    found = scan(units(entries), VENDORS, TREE, config, seed=1)
    if not hypotheses:
        assert found == ()
    else:
        best = max(hypotheses.values())
        assert found[0].llr == pytest.approx(best, rel=1e-6)
        key = (found[0].model, found[0].domain, found[0].window_weeks)
        assert hypotheses[key] == pytest.approx(best, rel=1e-6)


@given(WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_repeated_or_older_reports_change_nothing(entries, random):
    config = replace(FEW, contributors_min=2)
    before = scan(units(entries), VENDORS, TREE, config, seed=1)
    person, vendor, leaf, age = random.choice(entries)
    more = [
        *entries,
        (person, vendor, leaf, age),
        (person, vendor, leaf, age + 3),
        (99, 0, leaf, 12),
    ]
    random.shuffle(more)
    assert scan(units(more), VENDORS, TREE, config, seed=1) == before


@given(WORLDS, st.permutations(range(3)), st.permutations(range(4)))
def test_names_do_not_matter(entries, vendors, leaves):
    config = replace(FEW, contributors_min=2, scan_rounds=1)
    before = scan(units(entries), VENDORS, TREE, config, seed=1)
    renamed = tuple(VENDORS[vendors.index(v)] for v in range(3))
    # The leaves keep their names and families, and only their codes change.
    tree = Tree(
        tuple(TREE.leaves[leaves.index(i)] for i in range(4)),
        TREE.nodes,
        TREE.node[[leaves.index(i) for i in range(4)]],
    )
    recoded = [(person, vendors[v], leaves[leaf], age) for person, v, leaf, age in entries]
    after = scan(units(recoded), renamed, tree, config, seed=1)
    assert len(after) == len(before)
    for one, other in zip(before, after, strict=True):
        assert one.llr == pytest.approx(other.llr, rel=1e-9)
        if list(everything(entries, TREE, config).values()).count(one.llr) == 1:
            assert (one.model, one.domain) == (other.model, other.domain)


def test_the_seed_decides():
    raised = even(10, more={(0, CONTRACTS): 18})
    config = replace(CONFIG, scan_exceedances=1_000)
    first, again, other = (scan(raised, VENDORS, TREE, config, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first[0].llr == other[0].llr
    assert first[0].p_value != other[0].p_value
