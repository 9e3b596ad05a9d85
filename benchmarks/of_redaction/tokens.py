"""What a scanner with rules of gitleaks' kind finds: one pattern per provider, from its documented format.

Written for this comparison from what the providers publish about their tokens; gitleaks' own file
is not copied. Its generic rule (a telling word, an assignment, a value of enough entropy) is here too.
"""

from __future__ import annotations

import math
import re
from collections import Counter

GENERIC_ENTROPY_BITS = 3.5
_PROVIDERS = {
    "adafruit": r"\baio_[A-Za-z0-9]{28}\b",
    "age": r"\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b",
    "alibaba": r"\bLTAI[A-Za-z0-9]{20}\b",
    "anthropic": r"\bsk-ant-(?:api|admin)[0-9]{2}-[A-Za-z0-9_-]{80,120}",
    "artifactory": r"\bAKC[a-zA-Z0-9]{60,75}\b",
    "aws id": r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    "azure storage": r"AccountKey=[A-Za-z0-9+/]{86}==",
    "databricks": r"\bdapi[a-f0-9]{32}(?:-[0-9])?\b",
    "digitalocean": r"\bdo[opr]_v1_[a-f0-9]{64}\b",
    "doppler": r"\bdp\.pt\.[A-Za-z0-9]{43}\b",
    "dropbox": r"\bsl\.[A-Za-z0-9_=-]{130,152}",
    "dynatrace": r"\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b",
    "facebook": r"\bEAA[MC][A-Za-z0-9]{100,}\b",
    "flutterwave": r"\bFLWSECK_TEST-[a-h0-9]{32}-X\b",
    "gcp key": r"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",
    "github": r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    "github fine-grained": r"\bgithub_pat_[A-Za-z0-9_]{82}\b",
    "gitlab": r"\bgl(?:pat|ptt|rt|dt|ft|soat)-[A-Za-z0-9_-]{20}",
    "grafana": r"\bgl(?:sa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|c_[A-Za-z0-9+/]{32,})",
    "hashicorp": r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}",
    "heroku": r"(?i)heroku.{0,20}[=:].{0,5}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "hugging face": r"\bhf_[A-Za-z]{34}\b",
    "jwt": r"\bey[A-Za-z0-9]{17,}\.ey[A-Za-z0-9/_-]{17,}\.(?:[A-Za-z0-9/_-]{10,}={0,2})?",
    "linear": r"\blin_api_[A-Za-z0-9]{40}\b",
    "mailchimp": r"(?i)mailchimp.{0,20}[=:].{0,5}[a-f0-9]{32}-us[0-9]{1,2}",
    "mailgun": r"(?i)mailgun.{0,20}[=:].{0,5}key-[a-f0-9]{32}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "openai": r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,74}T3BlbkFJ[A-Za-z0-9_-]{20,74}",
    "planetscale": r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64}",
    "postman": r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b",
    "private key": r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S]{64,}?KEY(?: BLOCK)?-----",
    "pulumi": r"\bpul-[a-f0-9]{40}\b",
    "pypi": r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}",
    "sendgrid": r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b",
    "shopify": r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b",
    "slack": r"\bxox[abeoprs]-[0-9A-Za-z-]{10,72}|\bxapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+",
    "slack hook": r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9+/]{43,56}",
    "square": r"\b(?:EAAA[A-Za-z0-9_-]{60}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43})",
    "stripe": r"\b[sr]k_(?:test|live|prod)_[A-Za-z0-9]{10,99}\b",
    "telegram": r"\b[0-9]{5,16}:A[A-Za-z0-9_-]{34}\b",
    "twilio": r"\bSK[0-9a-fA-F]{32}\b",
    "vault": r"\bhv[sb]\.[A-Za-z0-9_-]{90,300}",
}
_PATTERNS = [re.compile(pattern) for pattern in _PROVIDERS.values()]
_GENERIC = re.compile(
    r"(?i)[\w.-]{0,50}?(?:access|auth|api|credential|creds|key|passw(?:or)?d|secret|token)[ \t\w.-]{0,20}"
    r"[\s'\"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'\"\s=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})"
    r"(?:[\x60'\"\s;]|\\[nr]|$)"
)


def found(text: str) -> list[tuple[int, int]]:
    """Ranges of what looks like a provider's token, or like any secret that is assigned."""
    hits = [match.span() for pattern in _PATTERNS for match in pattern.finditer(text)]
    for match in _GENERIC.finditer(text):
        value = match.group(1)
        if _bits(value) >= GENERIC_ENTROPY_BITS and re.search("[0-9]", value):
            hits.append(match.span(1))
    return hits


def _bits(value: str) -> float:
    """Entropy per character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
