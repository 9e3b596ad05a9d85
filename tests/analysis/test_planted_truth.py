"""The whole analysis on years whose truth is planted, and on tables made by hand."""

from __future__ import annotations

import copy
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma, hypergeom

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.records import DataError, ReportArrays
from analysis.synthetic import WorldShape, plain_texts
from tests.analysis.worlds import END, MONDAY, SYMPTOM_KIND, batch, batch_of, year

CONFIG = AnalysisConfig()
SEEDS = (1, 2)
AT_FACE_VALUE = replace(
    CONFIG,
    duplicate_jaccard=1.01,
    duplicate_response_words_min=1_000_000,
    cohort_jaccard=1.01,
    cohort_contributors_max=100,
)


@pytest.fixture(scope="module", params=SEEDS)
def analysed(request):
    world = year(request.param)
    return world, analyse(batch_of(world), CONFIG, seed=1)


def cells(result, *, said: bool = True) -> set[tuple[str, str]]:
    """Cells of which something is said, or those of the near misses."""
    return {(f.model, f.domain) for f in result.findings if (f.state != "insufficient") is said}


def planted(world) -> set[tuple[str, str]]:
    return {(world.degradation.models[0], leaf) for leaf in world.degradation.domains}


def test_the_degradation_is_reported_and_nothing_else_is(analysed):
    # The outage of all domains, the brigade and some 120 other cells stay silent. 50 seeds were
    # measured (analysis/README.md); these two are pinned.
    world, result = analysed
    assert cells(result) == planted(world)
    assert result.summary["n_findings_reported"] == 3


def test_an_episode_that_ended_is_resolved(analysed):
    _, result = analysed
    assert {f.state for f in result.findings if f.offset is not None} == {"resolved"}


def test_the_brigade_is_named_as_a_near_miss_with_the_reason(analysed):
    # Six people at face value; near-copies of one text count once, a template for two at most.
    world, result = analysed
    cell = (world.brigade.models[0], world.brigade.domains[0])
    assert cells(result, said=False) <= {cell}
    for finding in result.findings:
        if finding.state == "insufficient":
            assert finding.n_contributors >= 6 > finding.peak.observed
            assert "near-copies of one text count once" in finding.reason
            assert (finding.onset, finding.offset) == (None, None)


def test_onset_and_offset_are_within_two_weeks_of_the_planted_days(analysed):
    world, result = analysed
    for finding in result.findings:
        if finding.state == "resolved":
            assert abs((finding.onset - world.degradation.first_day).days) <= 14
            assert abs((finding.offset - world.degradation.last_day).days) <= 14
            assert finding.onset_low <= finding.onset <= finding.onset_high
            assert finding.offset_low <= finding.offset <= finding.offset_high


def test_representatives_show_the_finding_and_come_from_different_people(analysed):
    world, result = analysed
    for finding in result.findings:
        shown = [world.reports[i] for i in finding.representatives]
        assert {(r.model, r.domain) for r in shown} == {(finding.model, finding.domain)}
        assert len(shown) == len(set(finding.representatives.tolist()))
        if finding.state == "resolved":
            assert len({r.contributor for r in shown}) == CONFIG.medoids


def test_the_weekly_series_covers_the_year(analysed):
    _, result = analysed
    for finding in result.findings:
        weeks = [point.week for point in finding.series]
        assert weeks[-1] == END - timedelta(days=END.weekday())
        assert {b - a for a, b in pairwise(weeks)} == {timedelta(weeks=1)}


def test_every_silent_symptom_of_the_world_is_silent_in_the_catalogue(analysed):
    world, _ = analysed
    for report in world.reports:
        kinds = {SYMPTOM_KIND[symptom] for symptom in report.symptoms}
        assert kinds == {"silent" if report.is_silent else "stated"}


def test_the_world_is_as_large_as_promised(analysed):
    world, _ = analysed
    assert 2_700 <= len(world.reports) <= 3_300
    assert 900 <= len({r.contributor for r in world.reports}) <= 1_200
    honest = [r.prompt for r in world.reports if r.cause != "brigade"]
    assert len(set(honest)) == len(honest)
    assert max(r.day for r in world.reports) <= END


def test_the_same_seed_makes_the_same_world():
    assert year(4, texts=plain_texts) == year(4, texts=plain_texts)
    assert year(4, texts=plain_texts) != year(5, texts=plain_texts)


def test_a_brigade_of_thirty_with_one_template_is_held_back_and_said_so():
    shape = WorldShape(brigade_members=30)
    world = year(6, shape, texts=plain_texts)
    brigade = (world.brigade.models[0], world.brigade.domains[0])
    taken_in = analyse(batch_of(world), AT_FACE_VALUE, seed=1)
    result = analyse(batch_of(world), CONFIG, seed=1)
    assert brigade in cells(taken_in)
    assert cells(result) == planted(world)
    (finding,) = [f for f in result.findings if (f.model, f.domain) == brigade]
    assert finding.state == "insufficient"
    assert "near-copies of one text count once" in finding.reason


# --- tables made by hand: 5 models, 10 domains, one person per report


def table(counts: dict[tuple[str, str], int], everywhere: int = 4, **columns):
    rows = []
    for model in MODELS:
        for leaf in "abcdefghij":
            rows += [(model, leaf)] * counts.get((model, leaf), everywhere)
    return batch(
        model=[model for model, _ in rows],
        domain=[leaf for _, leaf in rows],
        contributor=[f"person {i}" for i in range(len(rows))],
        **columns,
    )


MODELS = ("m1", "m2", "m3", "m4", "m5")
HOT = {("m1", "a"): 40}
N_HOT = 49 * 4 + 40


def test_numbers_of_a_signal_are_those_of_the_table():
    result = analyse(table(HOT), CONFIG, seed=1)
    (finding,) = result.findings
    peak = finding.peak
    # Without the cell the model has 9 * 4, the domain 4 * 4, others elsewhere 4 * 9 * 4; half a
    # contributor and one are added to the latter two.
    expected = 36 * (16 + 0.5) / (144 + 1)
    assert (peak.model, peak.domain, peak.observed, peak.n_reports) == ("m1", "a", 40, 40)
    assert peak.expected == pytest.approx(expected)
    assert peak.ic == pytest.approx(np.log2(40.5 / (expected + 0.5)))
    assert peak.prr == pytest.approx((40 / 76) / (16 / 160))
    assert peak.p_value == pytest.approx(hypergeom.sf(39, 236, 76, 56), rel=1e-9)
    # All on a Monday: the shortest of the windows that hold it speaks as loudly as any.
    assert (peak.window_start, peak.window_end) == (MONDAY, MONDAY + timedelta(days=6))
    assert (finding.n_reports, finding.n_contributors) == (40, 40)
    assert finding.state == "reported"
    assert "unverified contributors" in finding.reason


def test_an_even_table_has_no_findings():
    assert analyse(table({}), CONFIG, seed=1).findings == ()


def test_a_model_that_everybody_reports_is_no_finding():
    busy = {("m1", leaf): 40 for leaf in "abcdefghij"}
    assert analyse(table(busy), CONFIG, seed=1).findings == ()


def test_a_domain_that_everybody_reports_is_no_finding():
    assert analyse(table({(m, "a"): 40 for m in MODELS}), CONFIG, seed=1).findings == ()


def test_one_person_counts_once_however_much_they_write():
    loud = table(HOT)
    hot = (loud.reports.model == "m1") & (loud.reports.domain_stated == "a")
    people = loud.reports.contributor.copy()
    people[hot] = "one person"
    result = analyse(
        replace(loud, reports=replace(loud.reports, contributor=people)), CONFIG, seed=1
    )
    assert result.findings == ()


def test_unlinked_senders_are_not_counted():
    unlinked = table(HOT)
    hot = (unlinked.reports.model == "m1") & (unlinked.reports.domain_stated == "a")
    people = np.where(hot, "", unlinked.reports.contributor).astype(object)
    result = analyse(
        replace(unlinked, reports=replace(unlinked.reports, contributor=people)), CONFIG, seed=1
    )
    assert result.findings == ()


def test_imported_reports_take_no_part_in_the_screen():
    imported = table(HOT, provenance=["import"] * N_HOT)
    result = analyse(imported, CONFIG, seed=1)
    assert (result.signals, result.findings) == ((), ())


def test_simulated_and_real_reports_are_never_added():
    n = len(table({("m1", "a"): 16}).reports)
    provenance = ["simulated" if i % 2 else "report" for i in range(n)]
    split = analyse(table({("m1", "a"): 16}, provenance=provenance), CONFIG, seed=1)
    assert {(s.observed, s.n_reports) for s in split.signals if s.domain == "a"} == {(8, 8)}


def test_silent_and_stated_reports_are_never_added():
    silent = [i % 2 == 0 for i in range(len(table(HOT).reports))]
    result = analyse(table(HOT, is_silent=silent), CONFIG, seed=1)
    found = {
        (s.symptom_kind, s.observed) for s in result.signals if (s.model, s.domain) == ("m1", "a")
    }
    assert found == {("silent", 20), ("stated", 20)}


def test_reports_after_the_last_day_do_not_count():
    late = table(HOT, as_of=MONDAY - timedelta(days=1))
    result = analyse(late, CONFIG, seed=1)
    assert (result.findings, result.signals, result.clusters) == ((), (), ())
    assert (result.domain == late.reports.domain_stated).all()


def test_an_unknown_model_is_never_accused():
    anonymous = table(HOT)
    model = np.where(anonymous.reports.model == "m1", "", anonymous.reports.model).astype(object)
    result = analyse(
        replace(anonymous, reports=replace(anonymous.reports, model=model)), CONFIG, seed=1
    )
    assert "" not in {signal.model for signal in result.signals}
    assert result.findings == ()


def test_the_breakdown_number_is_how_many_must_go():
    (finding,) = analyse(table(HOT), CONFIG, seed=1).findings
    expected = 36 * 16.5 / 145
    # Beside 36, 16 and 144 others; before and now are the same here, so the stricter level decides.
    passing = [
        o
        for o in range(5, 41)
        if gamma.ppf(0.0005, o + 0.5) > expected + 0.5
        and hypergeom.sf(o - 1, 196 + o, 36 + o, 16 + o) <= CONFIG.screen_level
    ]
    assert finding.breakdown_number == 40 - min(passing) + 1 == 22


def test_what_any_seven_could_undo_is_not_reported():
    # 19 pass everything else (the test above): with 26 any seven may go, with 25 only six.
    (enough,) = analyse(table({("m1", "a"): 26}), CONFIG, seed=1).findings
    assert (enough.state, enough.breakdown_number) == ("reported", 8)
    (few,) = analyse(table({("m1", "a"): 25}), CONFIG, seed=1).findings
    assert (few.state, few.breakdown_number) == ("insufficient", 7)
    assert "without any 7 of them it would not stand out" in few.reason


def test_no_reports_give_an_empty_result():
    empty = batch(model=[], domain=[], contributor=[], leaves=["a"])
    result = analyse(empty, CONFIG, seed=1)
    assert (result.findings, result.signals, result.clusters) == ((), (), ())
    assert result.summary["n_reports"] == 0


def test_ids_that_repeat_are_refused():
    twice = table({})
    ids = twice.reports.report_id.copy()
    ids[1] = ids[0]
    with pytest.raises(DataError, match="ids repeat"):
        analyse(replace(twice, reports=replace(twice.reports, report_id=ids)), CONFIG, seed=1)


# --- invariants


def reordered(whole, order):
    columns = {f.name: getattr(whole.reports, f.name)[order] for f in fields(whole.reports)}
    return replace(whole, reports=ReportArrays(**columns))


def told(result):
    """Everything that a result says, free of row numbers."""
    return (
        result.input_digest,
        [
            repr(replace(f, representatives=None, members=None, boundary=None))
            for f in result.findings
        ],
        [str(s) for s in result.signals],
        [(c.domain, c.terms, c.n_reports, c.n_contributors) for c in result.clusters],
        dict(result.summary),
    )


def test_the_order_of_the_rows_does_not_matter():
    whole = batch_of(year(7, texts=plain_texts))
    order = np.random.default_rng(1).permutation(len(whole.reports))
    straight = analyse(whole, CONFIG, seed=1)
    shuffled = analyse(reordered(whole, order), CONFIG, seed=1)
    assert told(straight) == told(shuffled)
    np.testing.assert_array_equal(straight.domain[order], shuffled.domain)
    ids, again = whole.reports.report_id, whole.reports.report_id[order]
    np.testing.assert_array_equal(ids[straight.duplicate_of][order], again[shuffled.duplicate_of])
    for one, two in zip(straight.findings, shuffled.findings, strict=True):
        assert ids[one.representatives].tolist() == again[two.representatives].tolist()
        assert sorted(ids[one.members]) == sorted(again[two.members])
        if one.boundary is None:
            assert two.boundary is None
            continue
        assert ids[one.boundary.reports].tolist() == again[two.boundary.reports].tolist()
        assert one.boundary.state.tolist() == two.boundary.state.tolist()
        assert one.boundary.domains == two.boundary.domains


def test_nothing_is_written_to_the_arguments():
    whole = table(HOT)
    before = copy.deepcopy(whole)
    for f in fields(whole.reports):
        getattr(whole.reports, f.name).setflags(write=False)
    analyse(whole, CONFIG, seed=1)
    for f in fields(whole.reports):
        np.testing.assert_array_equal(
            getattr(whole.reports, f.name), getattr(before.reports, f.name)
        )


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, N_HOT - 1), max_size=60), st.booleans())
def test_copies_of_reports_add_no_evidence(copied, by_new_people):
    whole = table(HOT)
    take = np.concatenate([np.arange(N_HOT), np.array(copied, dtype=int)])
    more = reordered(whole, take)
    ids, people = more.reports.report_id.copy(), more.reports.contributor.copy()
    for i in range(N_HOT, len(take)):
        ids[i] = f"zz copy {i}"
        if by_new_people:
            people[i] = f"copier {i}"
    more = replace(more, reports=replace(more.reports, report_id=ids, contributor=people))

    def evidence(result):
        return [(s.model, s.domain, s.observed, s.expected, s.p_value) for s in result.signals]

    with_copies = analyse(more, CONFIG, seed=1)
    assert evidence(with_copies) == evidence(analyse(whole, CONFIG, seed=1))
    assert with_copies.duplicate_of[N_HOT:].tolist() == copied


def test_a_longer_quiet_time_does_not_end_what_lasts_to_the_last_day():
    lasting = WorldShape(degradation_days=400)
    world = year(8, lasting, texts=plain_texts)
    within = [r for r in world.reports if r.day <= END]
    result = analyse(batch_of(replace(world, reports=tuple(within))), CONFIG, seed=1)
    assert cells(result) >= planted(world)
    assert {f.offset for f in result.findings if (f.model, f.domain) in planted(world)} == {None}
    assert date(2025, 1, 1) < min(f.onset for f in result.findings if f.state == "reported")
