"""The extension's engine and the server's give the same result, character by character.

`extension/src/redact.ts` is bundled and run by node over the shared vectors and over texts put
together from what the rules look at. Offsets are compared as the text they cut out: JavaScript
counts UTF-16 units, Python code points.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.reports.redaction import redact

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
ESBUILD = EXTENSION / "node_modules" / ".bin" / "esbuild"
VECTORS = json.loads((ROOT / "tests/contract/redaction_vectors.json").read_text(encoding="utf-8"))
N_GENERATED = 1500

# fmt: off
PIECES = [
    *"aZ09éß李🙂@.-_:/+()'\"`,;=?!&#\n\t <>[]{}",
    "\u200b", "\u00ad", "\u00a0", "\u2011", "\u2019", "\u0130", "\u0131", "\u017f", "\u212a",
    "\ufffc", "９", "＠", "\u1e9e", "\u2028", "\u0085", "\r\n", "Anna", "Bell", "anna", "John Smith",
    "Marta Kowalska", "van der", "O’Neil", "Dr. ", "Mrs ", "my name is ", "I'm ", "Hi ",
    "Best regards,\n", "in Berlin", "from ", "Acme Ltd", "ann@example.org",
    "a.b+c@mail.example.co.uk", "bob (at) example (dot) org", "+44 20 7946 0958", "(212) 555-0187",
    "030 12345678", "06 12 34 56 78", "phone: ", "4111 1111 1111 1111", "5500-0000-0000-0004",
    "GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "078-05-1120", "529.982.247-25",
    "8.8.8.8", "192.168.0.1", "2001:4860:4860::8888", "00:1b:44:11:3a:b7", "12 High Street",
    "Hauptstraße 12", "10115 Berlin", "password: ", "hunter2horse9", "api_key = ",
    "sk-proj-abcdefghij0123456789", "ghp_" + "a1B2" * 9, "Bearer ",
    "https://user:pa55word@host.example/", "?token=abc123def456", "/home/anna/", "@anna_b",
    "twitter ", "```\n", "`x`", "const x = ", "import os;\n", "[EMAIL_1]", "[PERSON_7]",
    "2024-05-01", "v1.2.3.4", "\u034f", "\ufe0f", "\U000e0041", "\u0667", "\U0001d7ce", "7\ufe0f\u20e3",
    "\u2014", "\u30fc", "\u3002", "\ufe6b", "\u2024", "07700900123", "13812345678", "+8613812345678", "phone",
    "tel='", "99999919000101119X", "::ffff:81.2.69.142", "ann%40example.org", "ann&#64;example.org",
    " at gmail dot com", "[.]", "(@)", "// ", "/* ", " */", "# ", "\x27\x27\x27", ");\n", "{\n", "foo(",
    "return ", "Call Jane Miller on ", "电话", "Passwort ist ", "mot de passe : ", "contraseña es ", "密码是",
    "pw: ", "Login: ottilie / ", "Geheim123!", "$", "%", "%2F", "${A}", "$NAME", "%s", "clave: ",
    "„", "Proc-Type: ", "4111.1111.1111.1111", "_1111", ".0044", "de89 3704 0044 0532 0130 00",
    "https://wa.me/", "tel:", "0171 / 23 45 678", "<password>", "</password>", "curl -u ",
    "anna:Winter2023", "mysql -p", "sshpass -p ", "wandb login ", "hvs.", "pcsk_",
    "0a1b2c3d4e5f" * 4, "&X-Amz-Signature=", "\\\n", "\\\\fs\\users\\", "/media/", "ssh ",
    "jsmith@buildhost", "Mein Reisepass hat die Nummer ", "756.9217.0769.85", "AHV ",
    "hauptstr. 3, 87600 kaufbeuren", "Rue de la Paix 12, 1000 Bruxelles",
    "api_key = \"sBartok9QxZ72mWq81LpVu\"",
    "Via Roma 12", ", 00187 Roma", "Flat 3, ", "SW1A 1AA", "born on ", "3 May 1984", ",1971-08-12,",
    "Kennzeichen B-MW 4821", "sort code 20-45-81", "lat=52.516284", "48°51'29\"N 2°17'40\"E",
    "811218-9876", "上海市南京路18号", "A座702", "서울시 강남구 테헤란로 152", "οδός Ερμού 45",
    "λ. Αλεξάνδρας 14",
    "passport no X1234567", ", Leeds", "\nLeeds\n", "wohne am ", "Apt. 12", " Austin TX 78701",
    "peter dot pan at never dot com", "u/moss_mica", "https://zoom.us/j/84927364510", "/14",
    "\n| Name | DOB |\n", "\n| Zoë Ott | 7 Oct 2013 |\n", "surname,mobile\n", "MBEKI,0171 2345678\n",
    "dob\tssn\n", "1.2.1990\t078-05-1120\n",
    "<tr><td>DOB</td><td>1</td></tr>\n", "oh seven seven double oh nine one four", "null eins ",
    "derek wainwright", "her son Will",
    "Hope Green", "Petersen-Hahn", "T. J. Ott", "dr osgood", "Sylow", "Isaac Newton", "Half-life",
    "8 (903) 555-44-10", "48 Larchmount, ",
    "14 KESTREL WAY", " exp 09/28", "Username: vovan_85", "[09:41] <nick_7> ",
    "jane dot doe at gmail dot com", "policy POL-7741-2290-X",
    "<table>\n<tr>\n\t<th>Born</th>\n</tr>\n<tr>\n\t<td>4 June 1959</td>\n</tr>\n",
    "no;address\n1;2a Long Ride\n",
    "extension 212", "01632 960552 x318", "desk: 6-1184", "ask @lena_m on insta", "telegram as krisztian_v",
    "account verena.h_88", "My username is tlindqvist", "at Rose Cottage, Church Lane", "at 27 Larkhill",
    "15 Fernbank", "calle luna 8", "in der gartenstraße 9", "Le Clos Fleuri, bât. C",
    "my car reg is lb62 owx",
    " Auto B-MW 882 ", "de Vries, Katrijn", "KOWALSKI Jan", "N'DIAYE Awa", "talk to Will", " and Faith",
    "Art said",
    "im callum btw", "\nthx, brunilda", "sign it brunilda", "officer mendoza",
    "\n[21/11/2025, 08:17:44] ~ Zoë Nursery: ",
    "claim 77-120045-B", "Aktenzeichen 4 C 218/25", "badge 4471", "her password Tulip-Garden-77",
    "user=mkowal", "Jl. Melati No. 4", "PIN is 7391", "first_name='Zoë'",
    "at 4812 Thornbury Hollow", "8775 rang Quillard", "at Záhradnická 7", "lives in 5 quillon rapids",
    ", 16897 sundby next", ", phường Bình Lâm", ", Y49 282H", "ring me on 993 64 298", " (889 745 470)",
    "IBAN PH74 6737 9608", "Licence MH664005", "IDENTIFIED BY 'copper81'", ";Password=puhmwilb;", "BIND_PW=",
    "login is admin / ", "my password is vxaocndix", "Mul*ti7ple", "Hi, Pirmasent here.",
    "the manager (Zsolten)", "Sister Salvadine", "Pay Max Schwaighofer",
    "he is called radun baranik", "call sanzia popescu on ",
]
# fmt: on


def generated() -> Iterator[list[str]]:
    """Pairs of texts of up to 25 pieces each, always the same ones."""
    rng = random.Random(20261123)
    for _ in range(N_GENERATED):
        joiner = rng.choice(["", " ", " "])
        yield [joiner.join(rng.choices(PIECES, k=rng.randint(1, 25))) for _ in range(2)]


@pytest.fixture(scope="module")
def cases() -> list[list[str]]:
    return [vector["texts"] for vector in VECTORS] + list(generated())


@pytest.fixture(scope="module")
def of_the_extension(
    cases: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    if shutil.which("node") is None or not ESBUILD.exists():
        pytest.skip("needs node, and npm ci in extension/")
    folder = tmp_path_factory.mktemp("parity")
    bundle = folder / "redact.mjs"
    subprocess.run(
        [ESBUILD, EXTENSION / "src" / "redact.ts", "--bundle", "--format=esm", "--log-level=error",
         f"--outfile={bundle}"], check=True,
    )  # fmt: skip
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    runner = folder / "run.mjs"
    runner.write_text(
        'import { readFileSync, writeFileSync } from "node:fs"; import { redact } from "./redact.mjs";\n'
        'const cases = JSON.parse(readFileSync("cases.json", "utf8"));\n'
        "const cut = (texts, spans) => spans.map((each, i) => each.map((s) =>\n"
        "  [texts[i].slice(s.start, s.end), s.type, s.placeholder, s.ruleId, s.tier]));\n"
        "const results = cases.map((texts) => { const r = redact(texts); return { texts: r.texts,\n"
        "  removed: r.removed, spans: cut(texts, r.spans), marked: cut(texts, r.marked) }; });\n"
        'writeFileSync("results.json", JSON.stringify(results));\n',
        encoding="utf-8",
    )
    subprocess.run(["node", runner], cwd=folder, check=True)
    results: list[dict[str, Any]] = json.loads((folder / "results.json").read_text("utf-8"))
    return results


def of_the_server(texts: list[str]) -> dict[str, Any]:
    result = redact(*texts)

    def cut(spans: Any) -> list[Any]:
        return [
            [[text[s.start : s.end], s.type, s.placeholder, s.rule_id, s.tier] for s in each]
            for text, each in zip(texts, spans, strict=True)
        ]

    return {
        "texts": list(result.texts),
        "removed": result.removed,
        "spans": cut(result.spans),
        "marked": cut(result.marked),
    }


def test_both_engines_give_the_same_result(
    cases: list[list[str]], of_the_extension: list[dict[str, Any]]
) -> None:
    assert len(of_the_extension) == len(cases)
    differing = [
        (texts, mine, theirs)
        for texts, theirs in zip(cases, of_the_extension, strict=True)
        if (mine := of_the_server(texts)) != theirs
    ]
    assert differing[:3] == []


def test_redacting_the_result_again_changes_nothing(cases: list[list[str]]) -> None:
    changed = []
    for texts in cases:
        once = redact(*texts).texts
        twice = redact(*once).texts
        if twice != once:
            changed.append((texts, once, twice))
    assert changed[:3] == []


def test_nothing_changes_outside_of_the_spans(cases: list[list[str]]) -> None:
    for texts in cases:
        result = redact(*texts)
        for text, redacted, spans in zip(texts, result.texts, result.spans, strict=True):
            at, rebuilt = 0, ""
            for span in spans:
                assert span.start >= at
                rebuilt += text[at : span.start] + span.placeholder
                at = span.end
            assert rebuilt + text[at:] == redacted
