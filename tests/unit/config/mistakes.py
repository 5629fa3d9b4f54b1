"""A table of mistakes. The line in question carries the comment `HERE`; each text has exactly one mistake."""

from typing import NamedTuple

OUTLET = "outlets:\n- id: daily\n  name: The Daily\n"
EVENT = "events:\n- id: flood\n  title: Flood\n"
SUBSCRIBER = "subscribers:\n- id: desk\n  name: Desk\n"
HOOK = SUBSCRIBER + "  webhook:\n    url: https://hook.org/in\n"


class Mistake(NamedTuple):
    """`key` and all of `words` must stand in the only problem that is reported for `text`."""

    text: str
    key: str
    words: tuple[str, ...]


def _settings(line: str, key: str, *words: str) -> Mistake:
    return Mistake(f"settings:\n  contact: desk@newsroom.org\n  {line}  # HERE\n", f"settings.{key}", words)


def _contact(value: str, *words: str) -> Mistake:
    return Mistake(f"settings:\n  contact: {value}  # HERE\n", "settings.contact", words)


def _outlet(line: str, key: str, *words: str) -> Mistake:
    return Mistake(f"{OUTLET}  {line}  # HERE\n", f"outlets[0].{key}", words)


def _source(line: str, key: str, *words: str) -> Mistake:
    source = "  sources:\n  - id: daily-world\n    url: https://daily.org/feed\n"
    return Mistake(f"{OUTLET}{source}    {line}  # HERE\n", f"outlets[0].sources[0].{key}", words)


def _page(line: str, key: str, *words: str) -> Mistake:
    source = "  sources:\n  - id: daily-world\n    url: https://daily.org/\n    kind: page\n"
    return Mistake(f"{OUTLET}{source}    {line}  # HERE\n", f"outlets[0].sources[0].{key}", words)


def _event(line: str, key: str, *words: str) -> Mistake:
    return Mistake(f"{EVENT}  {line}  # HERE\n", f"events[0].{key}", words)


def _subscriber(line: str, key: str, *words: str) -> Mistake:
    return Mistake(f"{SUBSCRIBER}  {line}  # HERE\n", f"subscribers[0].{key}", words)


def _subscription(line: str, key: str, *words: str) -> Mistake:
    text = f"{EVENT}  tags: [water]\n{SUBSCRIBER}  subscriptions:\n  - {line}  # HERE\n"
    return Mistake(text, f"subscribers[0].subscriptions[0].{key}", words)


SECTIONS = {
    "unknown section": Mistake("outlet: []  # HERE\n", "outlet", ("unknown key 'outlet'", "did you mean 'outlets'?")),
    "section is text": Mistake("events: flood  # HERE\n", "events", ("expected a list", "'flood'")),
    "section is a mapping": Mistake(
        "events:  # HERE\n  id: flood\n", "events", ("expected a list", "keys with values")
    ),
    "entry is text": Mistake("events:\n- flood  # HERE\n", "events[0]", ("expected keys with values", "'flood'")),
    "entry is empty": Mistake("events:\n-  # HERE\n", "events[0]", ("expected keys with values", "found nothing")),
    "key in another language": Mistake("stories: []  # HERE\n", "stories", ("did you mean 'events'?",)),
}

SETTINGS = {
    "no contact": Mistake(
        "settings:  # HERE\n  outbox: out\n", "settings.contact", ("this key is missing", "where outlets can reach you")
    ),
    "contact without a host": _contact("desk", "expected an e-mail address or a page", "'desk'"),
    "contact on plain http": _contact("http://newsroom.org", "begins with https://"),
    "contact with scrapy": _contact("scrapy@newsroom.org", "without the word scrapy", "robots.txt"),
    "contact breaks the header": _contact('"desk@newsroom.org\\r\\nX: y"', "expected an e-mail address"),
    "contact is a number": _contact("12", "expected text", 'put it in quotes: "12"'),
    "unknown key": _settings("outbocks: x", "outbocks", "unknown key", "did you mean 'outbox'?"),
    "password in the database URL": _settings(
        "database: postgresql://w:hunter2@db/w", "database", "without a password", "database_file", "database_env"
    ),
    "password as a parameter": _settings(
        "database: postgresql://db/w?password=hunter2", "database", "without a password", "database_file"
    ),
    "unknown database": _settings("database: mysql://db/w", "database", "sqlite:///FILE or postgresql://"),
    "database in memory": _settings('database: "sqlite:///:memory:"', "database", "sqlite:///FILE"),
    "push without a key": _settings("push: {public_url: 'https://d.org/p'}", "push", "key_file, key_env", "add one"),
    "push without an address": Mistake(
        "settings:\n  contact: desk@newsroom.org\n  push:  # HERE\n    key_file: hook\n",
        "settings.push.public_url",
        ("this key is missing", "that hubs call"),
    ),
    "push key in the YAML": _settings(
        "push: {public_url: 'https://d.org/p', key_file: hook, key: x}", "push.key", "key_file"
    ),
    "push address with a query": _settings(
        "push: {key_file: hook, public_url: 'https://d.org/p?a=b'}", "push.public_url", "without ? and #"
    ),
    "push address that is none": _settings(
        "push: {key_file: hook, public_url: d.org}", "push.public_url", "begins with https://"
    ),
    "pages without a key": _settings("pages: {public_url: 'https://d.org'}", "pages", "key_file, key_env", "add one"),
    "pages at the door of push": Mistake(
        "settings:\n  contact: desk@newsroom.org\n"
        "  push: {key_file: hook, public_url: 'https://d.org/p', listen: 'localhost:1'}\n"
        "  pages: {key_file: hook, public_url: 'https://d.org', listen: 'localhost:1'}  # HERE\n",
        "settings.pages.listen",
        ("push listens there already",),
    ),
    "bounces without pages": _settings("bounces: bounces@d.org", "bounces", "signed with the key of pages"),
    "bounces with too long a name": Mistake(
        "settings:\n  contact: desk@newsroom.org\n"
        "  pages: {key_file: hook, public_url: 'https://d.org'}\n"
        "  bounces: sixteen-letters1@d.org  # HERE\n",
        "settings.bounces",
        ("at most 15 characters", "name+token@domain"),
    ),
    "push listens without a host": _settings(
        "push: {key_file: hook, public_url: 'https://d.org/p', listen: 18804}",
        "push.listen",
        "expected HOST:PORT",
        "found the number 18804",
        'write the host too: "127.0.0.1:18804"',
    ),
    "push listens without a host, in quotes": _settings(
        "push: {key_file: hook, public_url: 'https://d.org/p', listen: ':18804'}", "push.listen", "127.0.0.1:18804"
    ),
    "push listens without a port": _settings(
        "push: {key_file: hook, public_url: 'https://d.org/p', listen: localhost}", "push.listen", "HOST:PORT"
    ),
    "polling below the floor": _settings("polling: {every: 59s}", "polling.every", "from 60s to 30d", "'59s'"),
    "duration without a unit": _settings("polling: {every: 15}", "polling.every", "such as 90s, 15m", "number 15"),
    "duration as a clock time": _settings("polling: {timeout: 1:30}", "polling.timeout", "a unit", "1:30"),
    "duration with a space": _settings("polling: {every: 15 m}", "polling.every", "without a space"),
    "duration beyond all": _settings("shutdown_timeout: 999999d", "shutdown_timeout", "from 1s to 10m"),
    "too few bytes": _settings("polling: {max_bytes: 10}", "polling.max_bytes", "a number from 1024 up", "10"),
    "too many hosts": _settings("polling: {concurrent_hosts: 1000}", "polling.concurrent_hosts", "a number up to 256"),
    "half a host": _settings("polling: {concurrent_hosts: 1.5}", "polling.concurrent_hosts", "a whole number", "1.5"),
    "switch in quotes": _settings(
        'polling: {obey_robots: "no"}', "polling.obey_robots", "true or false", "write it without quotes"
    ),
    "egress without a port": _settings("egress: {allow: [localhost]}", "egress.allow[0]", "HOST:PORT", "'localhost'"),
    "egress is text": _settings('egress: {allow: "localhost:80"}', "egress.allow", "a list", "in brackets"),
    "mail_from without an address": _settings("mail_from: Storywatch", "mail_from", "alerts@example.org"),
    "mail_from with two addresses": _settings("mail_from: a@b.org, c@d.org", "mail_from", "expected a sender"),
    "password in the YAML": _settings(
        "smtp: {host: mail.org, username: w, password: hunter2}", "smtp.password", "password_file", "password_env"
    ),
    "smtp host with a scheme": _settings("smtp: {host: 'smtp://mail'}", "smtp.host", "such as mail.example.org"),
    "port in quotes": _settings('smtp: {host: mail.org, port: "25"}', "smtp.port", "a whole number", "without quotes"),
    "port too high": _settings("smtp: {host: mail.org, port: 70000}", "smtp.port", "up to 65535", "70000"),
    "tls of another tool": _settings("smtp: {host: mail.org, tls: ssl}", "smtp.tls", "starttls", "'implicit'?"),
    "user without password": _settings("smtp: {host: mail.org, username: w}", "smtp.username", "add password_file"),
    "bad variable": _settings("database_env: 'A B'", "database_env", "the name of an environment variable"),
    "settings are text": Mistake("settings: desk@newsroom.org  # HERE\n", "settings", ("expected keys with values",)),
}

OUTLETS = {
    "unknown catalogue name": Mistake(
        "outlets:\n- catalogue: nytt  # HERE\n", "outlets[0].catalogue", ("no outlet 'nytt'", "did you mean 'nyt'?")
    ),
    "no name": Mistake("outlets:\n- id: daily  # HERE\n", "outlets[0].name", ("this key is missing", "alerts cite it")),
    "id with a space": Mistake(
        "outlets:\n- name: The Daily\n  id: the daily  # HERE\n", "outlets[0].id", ("expected an id", "'the daily'")
    ),
    "host with a scheme": _outlet("hosts: ['https://daily.org']", "hosts[0]", "a host name alone", "no https://"),
    "hosts without brackets": _outlet("hosts: daily.org", "hosts", "expected a list", "in brackets"),
    "zone misspelt": _outlet("time_zone: Asia/Kabull", "time_zone", "time zone", "did you mean 'Asia/Kabul'?"),
    "zone is a path": _outlet("time_zone: ../etc/passwd", "time_zone", "the IANA name of a time zone"),
    "language in words": _outlet("language: English", "language", "a language code such as en", "'English'"),
    "language no": _outlet("language: no", "language", "expected text", "(written 'no')", 'put it in quotes: "no"'),
    "parameter with a wild middle": _outlet("strip_params: ['a*b']", "strip_params[0]", "query parameter", "utm_*"),
    "sources of another shape": _outlet("sources: {a: b}", "sources", "expected a list"),
    "kind of another tool": _source("kind: rss", "kind", "feed, news_sitemap or page", "did you mean 'feed'?"),
    "every too short": _source("every: 10s", "every", "from 60s to 30d"),
    "stale before the next poll": Mistake(
        f"{OUTLET}  sources:\n  - {{id: a, url: 'https://a.org', every: 2h, stale_after: 1h}}  # HERE\n",
        "outlets[0].sources[0].stale_after",
        ("shorter than every",),
    ),
    "selector for a feed": _source("selector: article a", "selector", "kind page only"),
    "selector that is none": _page("selector: 'article ['", "selector", "a CSS selector, or XPath", "as CSS: Expected"),
    "selector of the whole page for an entry": _page(
        "selector: article\n    time_selector: //time",
        "time_selector",
        "begins at the top of the page",
        "write .//time",
    ),
    "status invented": _source("status: prooven", "status", "did you mean 'proven'?"),
    "key misspelt": _source("enabeld: true", "enabeld", "did you mean 'enabled'?"),
    "url of a file": Mistake(
        f"{OUTLET}  sources:\n  - id: a\n    url: file:///etc/passwd  # HERE\n",
        "outlets[0].sources[0].url",
        ("https://",),
    ),
    "url with a space": Mistake(
        f"{OUTLET}  sources:\n  - id: a\n    url: https://a.org/b c  # HERE\n", "outlets[0].sources[0].url", ("spaces",)
    ),
    "url with a login": Mistake(
        f"{OUTLET}  sources:\n  - id: a\n    url: https://w:hunter2@a.org/  # HERE\n",
        "outlets[0].sources[0].url",
        ("without a user name and password",),
    ),
    "source without a url": Mistake(
        f"{OUTLET}  sources:\n  - id: a  # HERE\n", "outlets[0].sources[0].url", ("this key is missing", "polled")
    ),
    "override misspelt": Mistake(
        "outlets:\n- catalogue: nyt\n  sources:\n  - id: nyt-world\n    enable: true  # HERE\n",
        "outlets[0].sources[0].enable",
        ("did you mean 'enabled'?",),
    ),
    "override clashes with the catalogue": Mistake(
        "outlets:\n- catalogue: khaama\n  sources:\n  - id: khaama-feed  # HERE\n    every: 7d\n",
        "outlets[0].sources[0].stale_after",
        ("shorter than every",),
    ),
    "override adds without a url": Mistake(
        "outlets:\n- catalogue: nyt\n  sources:\n  - id: nyt-wurld  # HERE\n    enabled: true\n",
        "outlets[0].sources[0].url",
        ("this key is missing",),
    ),
    "outlet twice": Mistake(
        f"{OUTLET}- id: daily  # HERE\n  name: Other\n", "outlets[1].id", ("already the id of another outlet", ":2)")
    ),
    "source twice": Mistake(
        "outlets:\n- catalogue: khaama\n- id: k\n  name: K\n  sources:\n"
        "  - url: https://k.org/feed\n    id: khaama-feed  # HERE\n",
        "outlets[1].sources[0].id",
        ("already the id of another source", "choose another id"),
    ),
}

EVENTS = {
    "no title": Mistake("events:\n- id: flood  # HERE\n", "events[0].title", ("this key is missing",)),
    "no id": Mistake("events:\n- title: Flood  # HERE\n", "events[0].id", ("this key is missing",)),
    "title misspelt too": Mistake(
        "events:\n- id: flood\n  title: Flood\n  alias: [x]  # HERE\n", "events[0].alias", ("did you mean 'aliases'?",)
    ),
    "key of another tool": _event("keywords: [water]", "keywords", "did you mean 'all'?"),
    "American key": _event("organizations: [NATO]", "organizations", "did you mean 'organisations'?"),
    "title is a year": Mistake("events:\n- id: a\n  title: 1984  # HERE\n", "events[0].title", ('quotes: "1984"',)),
    "title is empty": Mistake("events:\n- id: a\n  title: ' '  # HERE\n", "events[0].title", ("1 to 500 characters",)),
    "title of two lines": Mistake(
        'events:\n- id: a\n  title: "a\\nb"  # HERE\n', "events[0].title", ("expected one line", "'a\\nb'")
    ),
    "groups forgotten": _event("all: [water]", "all[0]", "expected a group", "in brackets"),
    "empty group": _event("all: [[]]", "all[0]", "at least 1 entry", "an empty list"),
    "star in the middle": _event(
        "all: [[fl*od]]", "all[0][0]", "column 3: a * may stand at the end of a word only", "    fl*od\n      ^"
    ),
    "star alone": _event("none: ['*']", "none[0]", "at the end of a word only"),
    "term without a word": _event("none: ['--']", "none[0]", "a word or phrase"),
    "member that breaks off": _event("all: [[Kabul NEAR/5]]", "all[0][0]", "column 7: NEAR/5 needs a word", "      ^"),
    "member that only excludes": _event("all: [[NOT rain]]", "all[0][0]", "only excludes", "under none"),
    "groups without a word": _event("all: [['outlet: nyt', dam]]", "all", "no group needs a word"),
    "parenthesis open": _event("query: flood AND (dam", "query", "column 11: this ( is never closed", "add )"),
    "field misspelt": _event("query: 'flood titel:dam'", "query", "column 7: unknown field 'titel'", "title: ?"),
    "query that only excludes": _event("query: NOT rain", "query", "column 1: this only excludes"),
    "regex with look-ahead": _event("query: flood /(?=a)b/", "query", "column 7", "RE2 has no look-ahead"),
    "query is a list": _event("query: [flood]", "query", "expected text, found a list"),
    "unknown mode": _event("match: lenient", "match", "strict or assisted", "'lenient'"),
    "query of another tool": _event("boolean: flood", "boolean", "did you mean 'query'?"),
    "term is a number": _event("all: [[39]]", "all[0][0]", 'put it in quotes: "39"'),
    "term is a switch": _event("none: [off]", "none[0]", "(written 'off')", 'put it in quotes: "off"'),
    "term is a date": _event("aliases: [2021-08-26]", "aliases[0]", "the date", 'put it in quotes: "2021-08-26"'),
    "since is no date": _event("since: last year", "since", "a date such as 2021-08-26", "'last year'"),
    "since is no day": _event("since: 2021-02-30", "since", "a date such as 2021-08-26", "2021-02-30"),
    "since is a time": _event("since: 2021-08-26 10:00:00", "since", "a date such as 2021-08-26"),
    "since after until": Mistake(
        f"{EVENT}  since: 2022-01-01  # HERE\n  until: 2021-01-01\n", "events[0].since", ("after until", "swap")
    ),
    "name of another shape": _event("people: [{name: A, alias: [B]}]", "people[0].alias", "did you mean 'aliases'?"),
    "name without a name": _event("places: [{aliases: [B]}]", "places[0].name", "this key is missing"),
    "name is a number": _event("people: [7]", "people[0]", "expected keys with values", "the number 7"),
    "language in capitals": _event("languages: [EN]", "languages[0]", "such as en"),
    "unknown outlet": _event("outlets: [nyt]", "outlets[0]", "expected the id of an outlet", "no outlet is declared"),
    "seed is text": _event("seeds: [It rains.]", "seeds[0]", "expected keys with values"),
    "seed without text": _event("seeds: [{id: a}]", "seeds[0].text", "this key is missing"),
    "event twice": Mistake(
        f"{EVENT}- title: Other\n  id: flood  # HERE\n", "events[1].id", ("already the id of another event",)
    ),
}

SUBSCRIBERS = {
    "no address for email": _subscription("channel: email", "channel", "no email", "add an e-mail address"),
    "no webhook for webhook": _subscription("channel: webhook", "channel", "no webhook", "add a webhook"),
    "channel misspelt": _subscription(
        "channel: mail", "channel", "email, webhook, file or apprise", "did you mean 'email'?"
    ),
    "channel missing": _subscription(
        "events: [flood]", "channel", "this key is missing", "email, webhook, file or apprise"
    ),
    "unknown event": _subscription(
        "{channel: file, events: [flod]}", "events[0]", "the id of an event", "did you mean 'flood'?"
    ),
    "unknown tag": _subscription("{channel: file, tags: [wat]}", "tags[0]", "id of a tag", "'water'?"),
    "unlike anything": _subscription("{channel: file, events: [zzz]}", "events[0]", "known: flood"),
    "events beside alarms": _subscription(
        "{channel: file, alarms: true, events: [flood]}", "events", "about sources", "remove events"
    ),
    "time zone beside alarms": _subscription(
        "{channel: file, alarms: true, time_zone: Asia/Kabul}", "time_zone", "told at once", "remove time_zone"
    ),
    "tags beside alarms": _subscription("{channel: file, alarms: true, tags: [water]}", "tags", "remove tags"),
    "corroborations beside alarms": _subscription(
        "{channel: file, alarms: true, corroborations: true}", "corroborations", "remove corroborations"
    ),
    "digest beside alarms": _subscription("{channel: file, alarms: true, digest: daily}", "digest", "remove digest"),
    "digest misspelt": _subscription("{channel: file, digest: hourly}", "digest", "expected daily, weekly", "'hourly'"),
    "digest as a cron line": _subscription(
        "{channel: file, digest: 30 7 * * *}", "digest", 'write {cron: "30 7 * * *"}', "'30 7 * * *'"
    ),
    "digest at no time": _subscription(
        "{channel: file, digest: {at: 24:00}}", "digest.at", 'a time of day such as "07:30"', "in quotes"
    ),
    "digest on no day": _subscription(
        "{channel: file, digest: {days: [monday]}}", "digest.days[0]", "mon, tue", "'monday'"
    ),
    "digest twice over": _subscription(
        '{channel: file, digest: {cron: "0 7 * * *", at: "08:00"}}', "digest.at", "keep one of cron and at"
    ),
    "cron line that never comes": _subscription(
        '{channel: file, digest: {cron: "0 0 31 2 *"}}', "digest.cron", "expected a cron line", "'0 0 31 2 *'"
    ),
    "cron line of leap years": _subscription(
        '{channel: file, digest: {cron: "0 0 29 2 *"}}', "digest.cron", "at least once a year"
    ),
    "cron line of six fields": _subscription(
        '{channel: file, digest: {cron: "0 0 7 * * 1"}}', "digest.cron", "minute, hour, day, month, weekday"
    ),
    "quiet hours without an end": _subscription(
        '{channel: file, quiet_hours: {from: "22:00"}}', "quiet_hours.to", "this key is missing"
    ),
    "quiet hours without quotes": _subscription(
        '{channel: file, quiet_hours: {from: 22:00, to: "07:00"}}', "quiet_hours.from", "the number 22:00", "in quotes"
    ),
    "quiet hours of no length": _subscription(
        '{channel: file, quiet_hours: {from: "07:00", to: "07:00"}}', "quiet_hours.to", "end where they begin"
    ),
    "time zone misspelt": _subscription(
        "{channel: file, time_zone: Asia/Kabool}", "time_zone", "IANA name", "did you mean 'Asia/Kabul'?"
    ),
    "severity misspelt": _subscription(
        "{channel: file, least_severity: hihg}", "least_severity", "low, normal or high", "did you mean 'high'?"
    ),
    "revisions as a switch": _subscription("{channel: file, revisions: true}", "revisions", "none, corrections or all"),
    "no outlet at all": _subscription("{channel: file, least_outlets: 0}", "least_outlets", "a number from 1 up"),
    "more outlets than there are": Mistake(
        f"{OUTLET}{SUBSCRIBER}  subscriptions:\n  - {{channel: file, least_outlets: 2, outlets: [daily]}}  # HERE\n",
        "subscribers[0].subscriptions[0].least_outlets",
        ("asks for 2 outlets and names 1",),
    ),
    "outlet that is not declared": Mistake(
        f"{OUTLET}{SUBSCRIBER}  subscriptions:\n  - {{channel: file, outlets: [dayly]}}  # HERE\n",
        "subscribers[0].subscriptions[0].outlets[0]",
        ("id of an outlet", "did you mean 'daily'?"),
    ),
    "language as a word": _subscription(
        "{channel: file, languages: [English]}", "languages[0]", "such as en, fa or ps"
    ),
    "cap of nothing": _subscription("{channel: file, most_a_day: 0}", "most_a_day", "a number from 1 up"),
    "alarms misspelt": _subscription("{channel: file, alarm: true}", "alarm", "unknown key", "did you mean 'alarms'?"),
    "switch as text": _subscription("{channel: file, corroborations: all}", "corroborations", "true or false"),
    "email without a host": _subscriber("email: desk@", "email", "such as desk@example.org", "'desk@'"),
    "email of two lines": _subscriber('email: "a@b.org\\nBcc: c@d.org"', "email", "an e-mail address"),
    "webhook is text": _subscriber("webhook: https://hook.org", "webhook", "expected keys with values"),
    "webhook without a secret": Mistake(
        f"{SUBSCRIBER}  webhook:  # HERE\n    url: https://hook.org/in\n",
        "subscribers[0].webhook",
        ("expected one of secret_file, secret_env",),
    ),
    "webhook without a url": _subscriber(
        "webhook: {secret_env: HOOK}", "webhook", "expected one of url, url_file, url_env"
    ),
    "secret in the YAML": Mistake(
        f"{HOOK}    secret_env: HOOK\n    secret: whsec_hunter2  # HERE\n",
        "subscribers[0].webhook.secret",
        ("secret_file", "secret_env"),
    ),
    "two secrets": Mistake(
        f"{HOOK}    secret_file: hook\n    secret_env: HOOK  # HERE\n",
        "subscribers[0].webhook.secret_env",
        ("exclude each other", "keep one"),
    ),
    "apprise without a URL": _subscriber("apprise: {}", "apprise", "expected one of url, url_file, url_env"),
    "apprise by its own sockets": Mistake(
        f"{SUBSCRIBER}  apprise:\n    url: mqtt://broker.org/x  # HERE\n",
        "subscribers[0].apprise.url",
        ("reached by http or https", "egress guard"),
    ),
    "apprise that follows redirects": Mistake(
        f"{SUBSCRIBER}  apprise:\n    url: json://chat.org/x?redirect=yes  # HERE\n",
        "subscribers[0].apprise.url",
        ("without redirect=", "never followed"),
    ),
    "apprise channel without a target": _subscription("{channel: apprise}", "channel", "no apprise", "a service"),
    "subscriber twice": Mistake(
        f"{SUBSCRIBER}- name: Other\n  id: desk  # HERE\n", "subscribers[1].id", ("another subscriber",)
    ),
    "subscription twice": Mistake(
        f"{SUBSCRIBER}  subscriptions:\n  - channel: file\n  - channel: file\n    id: desk-file  # HERE\n",
        "subscribers[0].subscriptions[1].id",
        ("already the id of another subscription",),
    ),
}
