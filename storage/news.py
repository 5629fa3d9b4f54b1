"""News as JSON, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from storywatch.model import (
    Figure,
    FigureChange,
    FigureKind,
    KnownFigure,
    KnownStatement,
    News,
    Severity,
    Stance,
    Statement,
)

Json = dict[str, Any]


def news_json(news: News) -> Json:
    """Return news as plain data."""
    return {
        "lead": list(news.lead),
        "names": list(news.names),
        "figures": [
            {"now": asdict(one.now), "before": _known_figure_json(one.before) if one.before else None}
            for one in news.figures
        ],
        "statements": [asdict(one) for one in news.statements],
        "reverses": _known_statement_json(news.reverses) if news.reverses else None,
        "severity": int(news.severity),
    }


def news_of(data: Mapping[str, Any]) -> News:
    """Return what `news_json` gave."""
    return News(
        lead=tuple(data["lead"]),
        names=tuple(data["names"]),
        figures=tuple(
            FigureChange(
                now=_figure(one["now"]), before=_known_figure(one["before"]) if one["before"] is not None else None
            )
            for one in data["figures"]
        ),
        statements=tuple(_statement(one) for one in data["statements"]),
        reverses=_known_statement(data["reverses"]) if data["reverses"] is not None else None,
        severity=Severity(data["severity"]),
    )


def _known_figure_json(known: KnownFigure) -> Json:
    return {
        "figure": asdict(known.figure),
        "item": known.item,
        "outlet": known.outlet,
        "since": known.since.isoformat(),
    }


def _known_statement_json(known: KnownStatement) -> Json:
    return {
        "statement": asdict(known.statement),
        "item": known.item,
        "outlet": known.outlet,
        "since": known.since.isoformat(),
        "against": known.against,
    }


def _figure(data: Mapping[str, Any]) -> Figure:
    return Figure(**{**data, "kind": FigureKind(data["kind"])})


def _statement(data: Mapping[str, Any]) -> Statement:
    return Statement(**{**data, "stance": Stance(data["stance"])})


def _known_figure(data: Mapping[str, Any]) -> KnownFigure:
    since = datetime.fromisoformat(data["since"])
    return KnownFigure(figure=_figure(data["figure"]), item=data["item"], outlet=data["outlet"], since=since)


def _known_statement(data: Mapping[str, Any]) -> KnownStatement:
    return KnownStatement(
        statement=_statement(data["statement"]),
        item=data["item"],
        outlet=data["outlet"],
        since=datetime.fromisoformat(data["since"]),
        against=data["against"],
    )
