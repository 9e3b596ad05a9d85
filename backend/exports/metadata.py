"""A dataset as catalogues and citation managers read it: Croissant, DataCite, CITATION.cff, BibTeX."""

from __future__ import annotations

from typing import Any

from backend.exports.columns import DICTIONARY
from backend.exports.models import Dataset
from backend.exports.records import SIMULATED, FileRecord
from backend.exports.shape import Column, Table

TITLE = "Plumbline: reports about AI answers, their controls, and what they show"
CREATOR = "Plumbline contributors"
LICENCE_URLS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
KEYWORDS = ("AI assistants", "silent degradation", "incident reports", "large language models")
ABOUT = (
    "Exchanges with AI assistants that people flagged as suspicious, redacted and released; ratings of "
    "answers drawn at random and noised counts of answers seen, summed over five contributors or more; "
    "grades of checkable prompts that were asked again; "
    "and the clusters, signals and findings that an open analysis concludes from them."
)
SIMULATED_ABOUT = " Files whose names begin with SIMULATED- hold invented rows only."
_CROISSANT_TYPES = {
    "text": "sc:Text", "int": "sc:Integer", "float": "sc:Float", "bool": "sc:Boolean",
    "date": "sc:Date", "list": "sc:Text", "json": "sc:Text",
}  # fmt: skip
_CROISSANT_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases", "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isArray": "cr:isArray", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
    "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip


def address_of(dataset: Dataset, *, url: str) -> str:
    """The page of a version."""
    return f"{url}/data/{dataset.version}/"


def title_of(dataset: Dataset) -> str:
    """How a version is called in a citation."""
    marked = ", SIMULATED rows included" if dataset.has_simulated else ""
    return f"Plumbline dataset {dataset.version}{marked}"


def citations(dataset: Dataset, *, url: str) -> dict[str, str]:
    """How to cite a version: `plain`, `bibtex`, `cff`."""
    address, title = address_of(dataset, url=url), title_of(dataset)
    plain = (
        f"{CREATOR} ({dataset.built_on.year}). {title} [data set]. "
        f"sha256:{dataset.content_sha256}. {address}"
    )
    return {
        "plain": plain,
        "bibtex": _bibtex(dataset, title=title, address=address),
        "cff": citation_cff(dataset, url=url),
    }


def _bibtex(dataset: Dataset, *, title: str, address: str) -> str:
    lines = (
        f"@misc{{plumbline-{dataset.version},",
        f"  author = {{{{{CREATOR}}}}},",
        f"  title = {{{{{title}}}}},",
        f"  year = {{{dataset.built_on.year}}},",
        f"  version = {{{dataset.version}}},",
        f"  note = {{sha256:{dataset.content_sha256}}},",
        f"  url = {{{address}}}",
        "}",
    )
    return "\n".join(lines)


def citation_cff(dataset: Dataset, *, url: str) -> str:
    """A Citation File of a version (CFF 1.2.0)."""
    lines = (
        "cff-version: 1.2.0",
        'message: "Cite the version that you used, with its checksum."',
        "type: dataset",
        f'title: "{title_of(dataset)}"',
        "authors:",
        f'  - name: "{CREATOR}"',
        f'version: "{dataset.version}"',
        f"date-released: {dataset.built_on.isoformat()}",
        f'url: "{address_of(dataset, url=url)}"',
        "license:",
        "  - CC-BY-4.0",
        "  - CC0-1.0",
        "identifiers:",
        "  - type: other",
        f'    value: "sha256:{dataset.content_sha256}"',
        '    description: "SHA-256 over the checksums of all tables"',
    )
    return "\n".join(lines) + "\n"


def datacite(dataset: Dataset, files: list[FileRecord], *, url: str) -> dict[str, Any]:
    """What DataCite asks for when a DOI is registered (schema 4.6). There is no DOI in it yet."""
    day = dataset.built_on.isoformat()
    return {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Reports and statistics"},
        "titles": [{"title": title_of(dataset), "lang": "en"}],
        "creators": [{"name": CREATOR, "nameType": "Organizational"}],
        "publisher": {"name": "Plumbline"},
        "publicationYear": dataset.built_on.year,
        "version": dataset.version,
        "language": "en",
        "dates": [{"date": day, "dateType": "Created"}, {"date": day, "dateType": "Issued"}],
        "subjects": [{"subject": word} for word in KEYWORDS],
        "descriptions": [{"description": _about(dataset), "descriptionType": "Abstract"}],
        "rightsList": [
            {"rights": name, "rightsIdentifier": name, "rightsIdentifierScheme": "SPDX",
             "rightsUri": address}
            for name, address in LICENCE_URLS.items()
        ],
        "alternateIdentifiers": [
            {"alternateIdentifierType": "SHA-256", "alternateIdentifier": dataset.content_sha256}
        ],
        "formats": ["application/vnd.apache.parquet", "application/zstd", "application/gzip"],
        "sizes": [f"{dataset.n_reports} reports", f"{sum(file.bytes for file in files)} bytes"],
        "url": address_of(dataset, url=url),
    }  # fmt: skip


def croissant(dataset: Dataset, files: list[FileRecord], *, url: str) -> dict[str, Any]:
    """Croissant 1.0: every Parquet file with its checksum, and every table with its columns."""
    tables = {table.name: table for table in DICTIONARY}
    shown = [file for file in files if file.name.endswith(".parquet")]
    address = address_of(dataset, url=url)
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"plumbline-{dataset.version.replace('.', '-')}",
        "description": _about(dataset),
        "version": f"{dataset.built_on:%Y.%-m.%-d}",
        "alternateName": title_of(dataset),
        "datePublished": dataset.built_on.isoformat(),
        "license": list(LICENCE_URLS.values()),
        "url": address,
        "creator": {"@type": "sc:Organization", "name": CREATOR},
        "keywords": list(KEYWORDS),
        "citeAs": _bibtex(dataset, title=title_of(dataset), address=address),
        "isLiveDataset": False,
        "dataCollection": tables["reports"].design,
        "personalSensitiveInformation": "Texts are redacted on the sender's device and again on the "
        "server, and reviewed by the sender; what automatic redaction missed may be left.",
        "distribution": [
            {
                "@type": "cr:FileObject", "@id": file.name, "name": file.name,
                "contentUrl": f"{address}{file.name}", "contentSize": f"{file.bytes} B",
                "encodingFormat": "application/x-parquet", "sha256": file.sha256,
            }
            for file in shown
        ],
        "recordSet": [_record_set(tables[file.table], file.name) for file in shown],
    }  # fmt: skip


def _record_set(table: Table, file: str) -> dict[str, Any]:
    name = file.removesuffix(".parquet")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": ("SIMULATED. " if file.startswith(SIMULATED) else "") + table.description,
        "field": [_field(column, name, file) for column in table.columns],
    }


def _field(column: Column, record_set: str, file: str) -> dict[str, Any]:
    repeated = {"repeated": True} if column.type == "list" else {}
    return {
        "@type": "cr:Field",
        "@id": f"{record_set}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": _CROISSANT_TYPES[column.type],
        "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
        **repeated,
    }


def _about(dataset: Dataset) -> str:
    return ABOUT + (SIMULATED_ABOUT if dataset.has_simulated else "")
