"""The kinds of value that the watch config knows: what Python checks and what editors are told."""

from datetime import date, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from config.durations import PATTERN as DURATION
from config.schema.checks import (
    EMAIL,
    apprise_url,
    between,
    bounce_mailbox,
    callback_base,
    contact,
    cron,
    database,
    day,
    day_of,
    form,
    group,
    line,
    prose,
    query,
    sender,
    target,
    term,
    time_of_day,
    time_zone,
    web_address,
)
from config.schema.selectors import inner_selector, selector
from storywatch.matching.language.queries import LONGEST_QUERY

_ID = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$"
_HOST = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)*$"
_LANGUAGE = r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
_PARAM = r"^[A-Za-z0-9_.:-]{1,64}\*?$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"

_id = form(_ID, "an id of up to 64 letters, digits, dots, - and _, such as kabul-airport")
_host = form(_HOST, "a host name alone, such as www.example.org", "no https://, no path, lower case")
_mail_host = form(_HOST, "the name of a mail server, such as mail.example.org", "the port has a key of its own")
_language = form(_LANGUAGE, "a language code such as en, fa or ps")
_param = form(_PARAM, "the name of a query parameter, such as smid or utm_*")
_variable = form(_VARIABLE, "the name of an environment variable")
_email = form(EMAIL, "an e-mail address such as desk@example.org")

_DURATION = WithJsonSchema({"type": "string", "pattern": DURATION})
_DAY = WithJsonSchema({"type": "string", "format": "date"})
_TIME = WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})

Id = Annotated[str, AfterValidator(_id), Field(json_schema_extra={"pattern": _ID})]
Line = Annotated[str, AfterValidator(line)]
Prose = Annotated[str, AfterValidator(prose)]
Term = Annotated[str, AfterValidator(term)]
Query = Annotated[str, AfterValidator(query), Field(json_schema_extra={"maxLength": LONGEST_QUERY})]
Group = Annotated[list[Term], Field(min_length=1), BeforeValidator(group)]
Day = Annotated[date, BeforeValidator(day), _DAY]
DayOf = Annotated[date, BeforeValidator(day_of), _DAY]
Host = Annotated[str, AfterValidator(_host), Field(json_schema_extra={"pattern": _HOST})]
MailHost = Annotated[str, AfterValidator(_mail_host), Field(json_schema_extra={"pattern": _HOST})]
Language = Annotated[str, AfterValidator(_language), Field(json_schema_extra={"pattern": _LANGUAGE})]
Param = Annotated[str, AfterValidator(_param), Field(json_schema_extra={"pattern": _PARAM})]
Variable = Annotated[str, AfterValidator(_variable), Field(json_schema_extra={"pattern": _VARIABLE})]
Email = Annotated[str, AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
BounceMailbox = Annotated[str, AfterValidator(bounce_mailbox), Field(json_schema_extra={"format": "email"})]
Sender = Annotated[str, AfterValidator(sender)]
Database = Annotated[str, AfterValidator(line), AfterValidator(database)]
Contact = Annotated[str, AfterValidator(contact)]
AppriseUrl = Annotated[str, AfterValidator(apprise_url)]
WebAddress = Annotated[str, AfterValidator(web_address), Field(json_schema_extra={"pattern": "^https?://"})]
CallbackBase = Annotated[str, AfterValidator(callback_base), Field(json_schema_extra={"pattern": "^https?://"})]
Target = Annotated[str, BeforeValidator(target), Field(json_schema_extra={"pattern": "^.+:[0-9]{1,5}$"})]
TimeZone = Annotated[str, AfterValidator(time_zone)]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day), _TIME]
Cron = Annotated[str, AfterValidator(cron)]
Few = Annotated[int, Field(ge=1, le=1000)]
Requests = Annotated[int, Field(ge=1, le=100_000_000)]
Port = Annotated[int, Field(ge=1, le=65535)]

Selector = Annotated[str, AfterValidator(selector)]
InnerSelector = Annotated[str, AfterValidator(inner_selector)]

Pause = Annotated[timedelta, BeforeValidator(between("60s", "30d")), _DURATION]
Age = Annotated[timedelta, BeforeValidator(between("10m", "3650d")), _DURATION]
Wait = Annotated[timedelta, BeforeValidator(between("1s", "2m")), _DURATION]
Overlap = Annotated[timedelta, BeforeValidator(between("1m", "30d")), _DURATION]
Stop = Annotated[timedelta, BeforeValidator(between("1s", "10m")), _DURATION]
