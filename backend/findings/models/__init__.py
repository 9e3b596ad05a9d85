"""Runs and what they conclude. Conclusions never rewrite facts; each names its run."""

from backend.findings.models.acknowledgements import (
    Acknowledgement,
    AcknowledgementEvent,
)
from backend.findings.models.cells import CellState, Comparison, PlaceTally, Signal
from backend.findings.models.events import (
    Boundary,
    BoundaryPoint,
    Finding,
    FindingEvent,
)
from backend.findings.models.places import (
    Cluster,
    ClusterEvent,
    ClusterMember,
    ClusterTrack,
    DomainCorrection,
    ReportDomain,
)
from backend.findings.models.replies import Reply
from backend.findings.models.runs import AnalysisRun, RunEvidence, RunPart

__all__ = [
    "Acknowledgement",
    "AcknowledgementEvent",
    "AnalysisRun",
    "Boundary",
    "BoundaryPoint",
    "CellState",
    "Cluster",
    "ClusterEvent",
    "ClusterMember",
    "ClusterTrack",
    "Comparison",
    "DomainCorrection",
    "Finding",
    "FindingEvent",
    "PlaceTally",
    "Reply",
    "ReportDomain",
    "RunEvidence",
    "RunPart",
    "Signal",
]
