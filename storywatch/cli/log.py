"""Logging: one structured line per event, on standard error, for our own words and for libraries' warnings."""

import logging
import sys
from enum import StrEnum
from typing import Any

import structlog

QUIET = ("scrapy", "apscheduler", "alembic", "asyncio", "twisted", "mail")


# Local variables hold passwords and bodies of messages.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


class LogFormat(StrEnum):
    """How log lines look: `text` for people, `json` for machines, `auto` by whether a person is there."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


def configure(style: LogFormat = LogFormat.AUTO, level: int = logging.INFO) -> None:
    """Send everything through structlog. Libraries speak from WARNING on."""
    stamps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *stamps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=stamps, processors=_rendering(style, sys.stderr.isatty()))
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # What Scrapy warns of stands in the poll's own line, there without the address and a password in it.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    # That a tick found the one before it still at work is no news on a busy machine.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _rendering(style: LogFormat, is_terminal: bool) -> list[Any]:  # noqa: FBT001 - private, one caller
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if style is LogFormat.JSON or (style is LogFormat.AUTO and not is_terminal):
        return [remove, _TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        remove,
        structlog.dev.ConsoleRenderer(colors=is_terminal, exception_formatter=structlog.dev.plain_traceback),
    ]
