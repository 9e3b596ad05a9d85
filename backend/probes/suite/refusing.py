"""Whether a text refuses, or says that the service can't answer: a class of its own."""

from __future__ import annotations

import re

from backend.probes.suite.choosing import stands
from backend.probes.suite.numbers import Numbered, numbered

_DECLINES = re.compile(
    r"\bI(?: can(?:no|')t|'m (?:not able|unable)|'m not permitted| am (?:not able|unable)| won't| will not|"
    r" must decline| have to decline| do not feel comfortable| don't feel comfortable)\b|"
    r"\b(?:can(?:no|')t|can not|unable to) (?:help|assist|answer|provide|comply|discuss|fulfil)|"
    r"\b(?:against|violates?) (?:my|our|the|usage|content) (?:\w+ )?(?:guidelines|polic(?:y|ies))|"
    # German, Spanish, French.
    r"\b(?:kann|darf|werde|möchte) (?:ich )?(?:\w{1,20} ){0,5}"
    r"(?:nicht|keine)\b|\bnicht verfügbar\b|\btut mir (?:sehr )?leid, (?:aber|ich|das|dabei)\b|"
    r"\bno puedo\b|\bno me es posible\b|\bno está disponible\b|\blo siento, (?:pero|no)\b|"
    r"\bje ne (?:peux|puis|suis)\b|\bpas disponible\b|\bje refuse\b|\bdésolée?, (?:mais|je)\b|"
    # Chinese, Japanese.
    r"(?:无法|不能|不便|無法|没办法)(?:协助|帮助|回答|提供|处理|满足|協助|幫助|完成|讨论)|抱歉.{0,12}(?:无法|不能|無法)|不可用|"
    r"(?:お答え|お手伝い|回答|対応|お応え|支援|提供)(?:する(?:こと)?)?(?:は|が)?(?:いた|致)?(?:でき|しかね)|"
    r"できません|利用できません|申し訳.{0,20}(?:できません|かねます)",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"\b(?:reached|hit|exceeded) (?:your|the|our) [\w ]{0,30}(?:limit|quota)|"
    r"\b(?:rate|usage|message) limit\b|"
    r"\btoo many requests\b|\btry again (?:later|at|in|after|tomorrow)\b|"
    r"\b(?:is|are) (?:not|currently un|temporarily un|un)\s*(?:currently )?available\b|"
    r"\bservice unavailable\b|\binternal server error\b|\bsomething went wrong\b|"
    r"(?:\A|\n)\W*(?:http |network |server |internal )?error\b|"
    r"\b(?:we|we're|we are|i'm|service|servers?|systems?)\b[\w ']{0,20}\bat capacity\b|"
    r"\b(?:due to|because of|experiencing|under) (?:very |unusually )?high demand\b",
    re.IGNORECASE,
)
_GIVES = re.compile(r"\b(?:answer|result) (?:is|was)|(?:answer|result):|\bit is\b|=", re.IGNORECASE)
_SORRY = re.compile(
    r"\b(?:sorry|apologi[sz]e|leid|siento|désolée?)\b|抱歉|对不起|申し訳", re.IGNORECASE
)


def refuses(response: str, found: Numbered) -> bool:
    """Whether the text refuses. Its digits do not matter, unless one is given as the answer after all."""
    plain = response.replace("\u2019", "'")
    if not plain.strip():
        return True
    is_service = _SERVICE.search(plain) is not None
    if not is_service and not _DECLINES.search(plain):
        return not found.numbers and bool(_SORRY.search(plain))
    lines = plain.split("\n")
    others = [line for line in lines if not (_SERVICE.search(line) or _DECLINES.search(line))]
    if len(others) < len(lines) and stands(numbered("\n".join(others))):
        return False
    return is_service or not (_GIVES.search(plain) and stands(found))
