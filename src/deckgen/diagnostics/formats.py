"""Diagnostics for other programs: JSON, GitHub's annotations, SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deckgen.diagnostics import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.diagnostics import Diagnostic


def as_json(members: dict[str, object]) -> str:
    """A JSON object as text, with a line end."""
    return json.dumps(members, indent=2) + "\n"


def github(diagnostics: Sequence[Diagnostic], prefix: str = "") -> str:
    """Workflow commands for GitHub Actions, which make GitHub show each diagnostic beside its line.

    Columns count from 1; `endColumn` is the last column.

    Args:
        diagnostics: The diagnostics to show.
        prefix: The path of the project from the top of the repository, put before the diagnostics' paths.
    """
    lines = []
    for each in diagnostics:
        span = each.span
        path = span.path.encode(errors="replace").decode()  # a name may contain bytes that are not text
        properties: dict[str, object] = {"file": prefix + path}
        if span.line:
            properties |= {"line": span.line, "endLine": span.line}
        if span.column is not None and span.end_column is not None:
            properties |= {"col": span.column, "endColumn": max(span.end_column - 1, span.column)}
        properties["title"] = each.code
        arguments = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        command = "error" if each.level == "error" else "warning"
        text = each.message + (f"\nhint: {each.hint}" if each.hint else "")
        lines.append(f"::{command} {arguments}::{_data(text)}\n")
    return "".join(lines)


def github_failure(message: str, hint: str = "") -> str:
    """The workflow command by which GitHub Actions shows why a command has failed."""
    text = f"{message}\nhint: {hint}" if hint else message
    return f"::error title=deckgen::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(diagnostics: Sequence[Diagnostic], version: str, prefix: str = "") -> str:
    """A log for GitHub's code scanning and other tools (OASIS, SARIF 2.1.0).

    Columns count characters from 1, and `endColumn` is the one after the last.

    Args:
        diagnostics: The diagnostics to list.
        version: deckgen's version.
        prefix: The path of the project from the top of the repository, put before the diagnostics' paths.
    """
    codes = sorted({each.code for each in diagnostics})
    driver = {
        "name": "deckgen",
        "semanticVersion": version,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code), prefix) for each in diagnostics],
    }
    log: dict[str, object] = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return as_json(log)


def _rule(code: str) -> dict[str, Any]:
    level, what = CATALOGUE[code]
    return {
        "id": code,
        "shortDescription": {"text": what},
        "defaultConfiguration": {"level": _level(level)},
    }


def _level(level: str) -> str:
    return "error" if level == "error" else "warning"


def _result(diagnostic: Diagnostic, rule: int, prefix: str) -> dict[str, Any]:
    span = diagnostic.span
    place: dict[str, Any] = {
        "artifactLocation": {
            "uri": quote(prefix + span.path, errors="surrogateescape"),
            "uriBaseId": "%SRCROOT%",
        }
    }
    if span.line:
        place["region"] = {"startLine": span.line}
        if span.column is not None and span.end_column is not None:
            place["region"] |= {"startColumn": span.column, "endColumn": span.end_column}
    text = diagnostic.message + (f"\nHint: {diagnostic.hint}" if diagnostic.hint else "")
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _level(diagnostic.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
