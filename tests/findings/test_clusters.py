"""Clusters that keep their ids: what one run leaves for the next, and what moderators decide."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.findings import services, tracks
from backend.findings.models import AnalysisRun, Cluster, ClusterEvent, ClusterMember, ClusterTrack
from backend.findings.tracks import (
    ClusterRow,
    EventRow,
    clusters_of_current_run,
)
from tests.factories import make_cluster, make_finding, make_report, make_run
from tests.findings.test_runs import store

pytestmark = pytest.mark.usefixtures("catalogue")
MODEL = "space-1"
LIST = "/admin/findings/clustertrack/"
WHY = {"moderator": "mo", "reason": "They are the same."}


def row(reports: list, *, track: int = 0, domain: str = "law", **more) -> ClusterRow:
    return ClusterRow(
        fields={
            "domain_id": domain, "terms": ["court"], "separating_terms": [], "is_public": True,
            "n_reports": len(reports), "n_contributors": 10, "stability": 0.9, "silhouette": None,
            "first_week": date(2026, 11, 2), "last_week": date(2026, 11, 2),
        },
        track=track, centroid=[1.0] + [0.0] * 383, members=[str(r.pk) for r in reports],
        **{"found_tracks": [], "is_simulated": False} | more,
    )  # fmt: skip


def run_with(*rows: ClusterRow, events: tuple[EventRow, ...] = ()) -> AnalysisRun:
    run = store(services.Conclusions(clusters=list(rows), cluster_events=list(events)))
    AnalysisRun.objects.filter(pk=run.pk).update(embedding_model=MODEL)
    return run


def last() -> dict[int, set[str]]:
    return {c.track: set(c.report_ids) for c in clusters_of_current_run(model_id=MODEL)}


def merged() -> dict[int, int]:
    return {c.track: c.merged_into for c in clusters_of_current_run(model_id=MODEL)}


def born(*places: int) -> tuple[EventRow, ...]:
    return tuple(EventRow("born", 0, place) for place in places)


def test_a_cluster_keeps_its_id_and_an_ended_one_leads_to_its_heir(visitor) -> None:
    reports = [make_report() for _ in range(4)]
    run_with(row(reports[:2]), row(reports[2:]), events=born(0, 1))
    first, second = (cluster.track for cluster in Cluster.objects.order_by("pk"))
    assert last() == {
        first.pk: {str(r.pk) for r in reports[:2]}, second.pk: {str(r.pk) for r in reports[2:]},
    }  # fmt: skip
    run_with(row(reports, track=first.pk), events=(EventRow("merged", second.pk, 0),))
    second.refresh_from_db()
    assert (second.died_on, second.heir) == (date(2026, 11, 23), first)
    assert list(second.events.values_list("kind", "other_id")) == [
        ("born", None),
        ("merged", first.pk),
    ]
    assert visitor.get(f"/clusters/{second.pk}/")["Location"] == f"/clusters/{first.pk}/"
    assert visitor.get(f"/api/v1/clusters/{second.pk}/").json()["id"] == first.pk
    assert visitor.get(f"/clusters/{first.pk}/").status_code == 200


def test_variants_know_their_theme_and_their_neighbour(visitor) -> None:
    reports = [make_report() for _ in range(4)]
    run_with(
        row(reports),
        row(reports[:2], parent=0, nearest=2),
        row(reports[2:], parent=0, nearest=1),
        events=born(0, 1, 2),
    )
    theme, one, other = Cluster.objects.order_by("pk")
    assert theme.track.is_theme
    assert not one.track.is_theme
    assert (one.parent, one.nearest, other.nearest) == (theme, other, one)
    assert [c["id"] for c in visitor.get("/api/v1/clusters/").json()["results"]] == [theme.track_id]
    body = visitor.get(f"/api/v1/clusters/{one.track_id}/").json()
    assert (body["theme"], body["nearest"]) == (theme.track_id, other.track_id)
    assert str(one.track_id) in visitor.get(f"/clusters/{theme.track_id}/").content.decode()


def test_clusters_of_another_space_end_and_are_not_followed() -> None:
    reports = [make_report() for _ in range(2)]
    run_with(row(reports), events=born(0))
    assert clusters_of_current_run(model_id="space-2") == []
    run_with(row(reports), events=born(0))
    old, new = ClusterTrack.objects.order_by("died_on")
    assert (old.died_on, new.died_on) == (date(2026, 11, 23), None)
    assert [e.kind for e in old.events.all()] == ["born", "died"]


def test_what_a_moderator_merged_is_told_apart_to_the_next_run() -> None:
    reports = [make_report() for _ in range(4)]
    run_with(row(reports[:2]), row(reports[2:]), events=born(0, 1))
    first, second = (cluster.track for cluster in Cluster.objects.order_by("pk"))
    tracks.track_merge(track_id=second.pk, into_id=first.pk, **WHY)
    assert merged() == {first.pk: 0, second.pk: first.pk}
    found = [first.pk] * 2 + [second.pk] * 2
    run_with(row(reports, track=first.pk, found_tracks=found))
    assert last() == {
        first.pk: {str(r.pk) for r in reports[:2]}, second.pk: {str(r.pk) for r in reports[2:]},
    }  # fmt: skip
    second.refresh_from_db()
    assert second.died_on is None
    tracks.track_part(track_id=second.pk, **WHY)
    assert merged() == {first.pk: 0, second.pk: 0}
    assert [e.kind for e in second.events.all()] == ["born", "joined", "parted"]


def test_a_chain_of_merges_ends_in_its_root_and_no_circle_is_made() -> None:
    run = make_run()
    a, b, c = (make_cluster(run=run, reports=[make_report()]).track for _ in range(3))
    AnalysisRun.objects.update(embedding_model=MODEL)
    tracks.track_merge(track_id=a.pk, into_id=b.pk, **WHY)
    tracks.track_merge(track_id=b.pk, into_id=c.pk, **WHY)
    assert merged() == {a.pk: c.pk, b.pk: c.pk, c.pk: 0}
    with pytest.raises(ConflictError, match="merged already"):
        tracks.track_merge(track_id=c.pk, into_id=a.pk, **WHY)
    with pytest.raises(ConflictError, match="not merged"):
        tracks.track_part(track_id=c.pk, **WHY)


def test_only_themes_of_one_domain_are_merged() -> None:
    run = make_run()
    theme = make_cluster(run=run)
    variant = make_cluster(run=run, parent=theme)
    with pytest.raises(RuleError, match="themes of one domain"):
        tracks.track_merge(track_id=variant.track_id, into_id=theme.track_id, **WHY)
    with pytest.raises(UnknownError):
        tracks.track_merge(track_id=theme.track_id, into_id=0, **WHY)
    with pytest.raises(RuleError, match="needs a reason"):
        tracks.track_part(track_id=theme.track_id, moderator="mo", reason=" ")


@pytest.mark.parametrize(
    ("name", "is_good"), [("x" * 80, True), ("x" * 81, False), ("a\u202eb", False)]
)
def test_a_name_is_short_and_printable(name: str, is_good: bool) -> None:
    track = make_cluster(run=make_run()).track
    if is_good:
        assert tracks.track_rename(track_id=track.pk, name=name, **WHY).name == name
    else:
        with pytest.raises(RuleError, match="can't be a name"):
            tracks.track_rename(track_id=track.pk, name=name, **WHY)


def test_the_desk_renames_merges_and_takes_apart(moderator, visitor) -> None:
    run = make_run()
    one, other = (make_cluster(run=run, reports=[make_report()]).track_id for _ in range(2))

    def act(action: str, **more) -> str:
        form = {"action": action, "reason": "Looked at.", "_selected_action": [str(one)], **more}
        return moderator.post(LIST, form, follow=True).content.decode()

    assert "1 decided." in act("rename", name="Sharded checkpoints")
    page = visitor.get(f"/clusters/{one}/").content.decode()
    assert "<h1>Sharded checkpoints</h1>" in page
    assert "mo" not in visitor.get(f"/api/v1/clusters/{one}/").json()["events"][0]
    assert "There is no such cluster" in act("merge", into="999")
    assert "1 decided." not in act("merge", into="x")
    assert "1 decided." in act("merge", into=str(other))
    assert "1 decided." in act("part")
    assert list(
        ClusterEvent.objects.filter(track=one).values_list("kind", "actor")
    ) == [("born", "rule"), *((kind, "moderator") for kind in ("renamed", "joined", "parted"))]  # fmt: skip


def test_a_cluster_below_the_floor_is_nowhere(visitor) -> None:
    track = make_cluster(run=make_run(), is_public=False).track_id
    for address in (f"/clusters/{track}/", f"/api/v1/clusters/{track}/", "/clusters/999/"):
        assert visitor.get(address).status_code == 404
    assert visitor.get("/api/v1/clusters/").json()["results"] == []


@pytest.mark.parametrize("is_public", [True, False])
def test_the_log_of_a_cluster_names_another_only_while_it_is_shown(visitor, is_public) -> None:
    run = make_run()
    mother = make_cluster(run=run, is_public=is_public).track_id
    child = make_cluster(run=run, reports=[make_report()]).track_id
    ClusterEvent.objects.filter(track=child).update(kind="split", other=mother)
    (step,) = visitor.get(f"/api/v1/clusters/{child}/").json()["events"]
    assert (step["kind"], step["other"]) == ("split", mother if is_public else None)
    page = visitor.get(f"/clusters/{child}/").content.decode()
    assert (f"split off from cluster {mother}" in page) is is_public
    assert ("split off from another cluster" in page) is not is_public
    assert is_public or str(mother) not in page


def test_a_new_report_joins_its_domain_and_cluster_between_two_runs(visitor) -> None:
    from backend.findings import runner

    prompts = {
        "near": "NCCL all-reduce hangs on 64 GPUs after two hours. How do I find the rank?",
        "far": "Which collectives run over NVLink when I shard the optimizer state?",
        "foreign": "suggest a name for my grey cat",
    }
    reports = {name: make_report(prompt=prompt, domain=None) for name, prompt in prompts.items()}
    runner.model_build()
    assert runner.reports_embed() == 3
    assert runner.reports_place(limit=10) == 0, "before the first run there is nothing to join"
    run = make_run()
    AnalysisRun.objects.filter(pk=run.pk).update(embedding_model=runner.pipeline.EMBEDDING_MODEL_ID)
    cluster, invented = make_cluster(run=run, reach=0.9), make_cluster(run=run, reach=0.9)
    reports["near"].refresh_from_db()
    ClusterTrack.objects.update(centroid=reports["near"].embedding)
    ClusterTrack.objects.filter(pk=invented.track_id).update(is_simulated=True)
    assert runner.reports_place(limit=10) == 3
    assert runner.reports_place(limit=10) == 0
    domains = dict(run.report_domains.values_list("report__prompt", "domain"))
    assert [domains[prompt] for prompt in prompts.values()] == [
        "distributed-training",
        "distributed-training",
        "unknown",
    ]
    assert [m.report_id for m in cluster.members.all()] == [reports["near"].pk]
    assert not invented.members.exists()
    assert set(Cluster.objects.values_list("n_reports", flat=True)) == {20}
    mine = make_report(prompt=prompts["near"], provenance="simulated")
    assert (runner.reports_embed(), runner.reports_place(limit=10)) == (1, 1)
    assert [m.report_id for m in invented.members.all()] == [mine.pk]
    page = visitor.get(f"/reports/{reports['near'].pk}/").content.decode()
    assert f'href="/clusters/{cluster.track_id}/"' in page


# --- which models it names


@pytest.mark.parametrize(
    ("fields", "is_named"),
    [({}, True), ({"state": "corroborated"}, True), ({"state": "resolved"}, False),
     ({"state": "refuted"}, False), ({"state": "insufficient"}, False),
     ({"symptom_kind": "stated"}, False), ({"domain_id": "law"}, False),
     ({"model_id": "gpt-4-0314"}, False), ({"is_published": False}, False)],
)  # fmt: skip
def test_a_model_is_named_only_where_a_public_finding_of_that_kind_says_so_now(
    visitor, fields: dict, is_named: bool
) -> None:
    run = make_run()
    make_finding(run=run, **fields)
    make_finding(run=run, symptom_kind="stated", state="refuted")
    found = make_cluster(run=run, model_signals=[
        {"model": "gpt-4-0613", "symptom_kind": "silent", "observed": 9, "expected": 2.0,
         "p_value": 1e-6, "is_discovery": True},
    ])  # fmt: skip
    page = visitor.get(f"/clusters/{found.track_id}/").content.decode()
    models = visitor.get(f"/api/v1/clusters/{found.track_id}/").json()["models"]
    assert [row["model"] for row in models] == ["gpt-4-0613"] * is_named
    assert ("gpt-4-0613" in page) is is_named


def test_a_model_that_stands_out_by_both_kinds_is_listed_once_with_both(visitor) -> None:
    run = make_run()
    numbers = {"silent": (9, 2.0), "stated": (7, 1.5)}
    for kind in numbers:
        make_finding(run=run, symptom_kind=kind)
    found = make_cluster(run=run, model_signals=[
        {"model": "gpt-4-0613", "symptom_kind": kind, "observed": observed, "expected": expected,
         "p_value": 1e-6, "is_discovery": True}
        for kind, (observed, expected) in numbers.items()
    ])  # fmt: skip
    page = visitor.get(f"/clusters/{found.track_id}/").content.decode()
    assert page.count("gpt-4-0613") == 1
    assert "Silent symptoms: 9 contributors where 2.0 would be expected." in page
    assert "Stated symptoms: 7 contributors where 1.5 would be expected." in page
    models = visitor.get(f"/api/v1/clusters/{found.track_id}/").json()["models"]
    assert [(row["symptom_kind"], row["observed"]) for row in models] == [
        ("silent", 9),
        ("stated", 7),
    ]


def test_a_model_is_not_named_by_a_finding_that_became_part_of_another(visitor) -> None:
    run = make_run()
    heir = make_finding(run=run, is_published=False)
    make_finding(run=run, merged_into=heir)
    found = make_cluster(run=run, model_signals=[
        {"model": "gpt-4-0613", "symptom_kind": "silent", "observed": 9, "expected": 2.0,
         "p_value": 1e-6, "is_discovery": True},
    ])  # fmt: skip
    assert visitor.get(f"/api/v1/clusters/{found.track_id}/").json()["models"] == []


def test_an_older_run_that_does_not_tell_the_kind_names_nobody(visitor) -> None:
    run = make_run()
    make_finding(run=run)
    signal = {"model": "gpt-4-0613", "observed": 9, "expected": 2.0, "p_value": 1e-6,
              "is_discovery": True}  # fmt: skip
    found = make_cluster(run=run, model_signals=[signal])
    assert visitor.get(f"/api/v1/clusters/{found.track_id}/").json()["models"] == []


# --- real and simulated ones


def test_a_track_knows_its_kind_and_tells_the_next_run(visitor) -> None:
    real, invented = make_report(), make_report(provenance="simulated")
    run_with(row([real]), row([invented], is_simulated=True), events=born(0, 1))
    one, other = (cluster.track_id for cluster in Cluster.objects.order_by("pk"))
    kinds = {c.track: c.is_simulated for c in clusters_of_current_run(model_id=MODEL)}
    assert kinds == {one: False, other: True}
    for track, is_marked in kinds.items():
        assert visitor.get(f"/api/v1/clusters/{track}/").json()["has_simulated"] is is_marked
        page = visitor.get(f"/clusters/{track}/").content.decode()
        assert ("SIMULATED" in page[page.index("<h1") : page.index("</h1>")]) is is_marked


def test_themes_of_both_kinds_are_not_merged() -> None:
    run = make_run()
    real = make_cluster(run=run, reports=[make_report()]).track
    invented = make_cluster(run=run, reports=[make_report(provenance="simulated")]).track
    AnalysisRun.objects.update(embedding_model=MODEL)
    for one, other in ((real, invented), (invented, real)):
        with pytest.raises(RuleError, match="Real and simulated reports stay apart"):
            tracks.track_merge(track_id=one.pk, into_id=other.pk, **WHY)
    # As it could be before: such a merge is no longer followed.
    ClusterTrack.objects.filter(pk=real.pk).update(merged_into=invented)
    assert merged() == {real.pk: 0, invented.pk: 0}


def test_what_held_both_before_counts_as_simulated() -> None:
    run = make_run()
    invented = make_report(provenance="simulated")
    _, mixed = (make_cluster(run=run, reports=[make_report()]).track for _ in range(2))
    ClusterMember.objects.create(
        cluster=mixed.clusters.get(), report=invented, found_track=mixed, is_medoid=False
    )
    migration = import_module("backend.findings.migrations.0032_simulated_clusters_apart")
    with connection.cursor() as cursor:
        cursor.execute(migration.MARK)
    assert list(ClusterTrack.objects.filter(is_simulated=True)) == [mixed]
