"""Redaction: pure text to text. The rules are shared with the extension; see engine.py."""

from __future__ import annotations

from backend.reports.redaction.engine import (
    REDACTION_VERSION,
    REMOVED_TYPES,
    RedactionResult,
    Span,
    redact,
)
from backend.reports.redaction.risk import residual_risk

__all__ = [
    "REDACTION_VERSION",
    "REMOVED_TYPES",
    "RedactionResult",
    "Span",
    "redact",
    "residual_risk",
]
