"""What the catalogue says of each outlet, once more, so that nobody loses a fact of it by accident."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from config.schema import OutletSpec
from config.schema.outlets import SourceSpec


@dataclass(frozen=True, kw_only=True)
class Facts:
    """An outlet in words. Of each source: on or off, kind, status, the age at which it is stale, what else holds."""

    hosts: str = ""
    zone: str | None = None
    language: str | None = None
    strip: str = ""
    live: str = ""
    drops: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


def facts_of(spec: OutletSpec) -> Facts:
    """Put what the catalogue says into words."""
    return Facts(
        hosts=" ".join(spec.hosts),
        zone=spec.time_zone,
        language=spec.language,
        strip=" ".join(spec.strip_params),
        live=" ".join(spec.live_url_patterns),
        drops=" ".join(sorted({form for source in spec.sources for form in source.drop_urls})),
        sources={source.id: " ".join(_words(source)) for source in spec.sources},
    )


def _words(source: SourceSpec) -> Iterator[str]:
    yield "on" if source.enabled else "off"
    yield source.kind
    yield source.status or "unknown"
    if source.stale_after:
        yield f"{source.stale_after // timedelta(days=1)}d"
    yield from ("empty_is_error",) if source.empty_is_error else ()
    yield from ("gaps_only",) if source.gaps_only else ()
    yield from ("selector",) if source.selector else ()


CATALOGUE = {
    "8am-media": Facts(
        hosts="8am.media www.8am.media",
        language="en",
        sources={
            "8am-media-eng": "on feed proven 3d",
        },
    ),
    "afghan-womens-mission": Facts(
        hosts="afghanwomensmission.org www.afghanwomensmission.org",
        language="en",
        sources={
            "afghan-womens-mission-page": "off page probe",
        },
    ),
    "al-jazeera": Facts(
        hosts="www.aljazeera.com aljazeera.com",
        zone="Asia/Qatar",
        language="en",
        strip="traffic_source",
        live="*/liveblog/*",
        sources={
            "al-jazeera-all": "on feed proven 1d",
            "al-jazeera-sitemap": "on news_sitemap in_use 1d gaps_only",
        },
    ),
    "amu-tv": Facts(
        hosts="amu.tv www.amu.tv",
        sources={
            "amu-tv-feed": "on feed proven 3d",
        },
    ),
    "ap": Facts(
        hosts="apnews.com www.apnews.com",
        zone="America/New_York",
        language="en",
        live="*/live/*",
        drops="*/hub/* */video/*",
        sources={
            "ap-news-sitemap": "on news_sitemap in_use 1d",
            "ap-sitemap": "off news_sitemap in_use 1d",
        },
    ),
    "ariana-news": Facts(
        hosts="ariananews.af www.ariananews.af",
        zone="Asia/Kabul",
        sources={
            "ariana-news-feed": "off feed probe 3d",
        },
    ),
    "bbc": Facts(
        hosts="www.bbc.com bbc.com www.bbc.co.uk bbc.co.uk",
        zone="Europe/London",
        language="en",
        strip="at_medium",
        live="*/live/*",
        drops="*/iplayer/* */video/* */videos/*",
        sources={
            "bbc-world": "off feed probe 1d",
            "bbc-asia": "off feed probe 2d",
            "bbc-sitemap-uk": "on news_sitemap in_use 1d",
            "bbc-sitemap-com": "off news_sitemap probe 1d",
        },
    ),
    "centcom": Facts(
        hosts="www.centcom.mil centcom.mil",
        zone="America/New_York",
        language="en",
        sources={
            "centcom-feed-1": "off feed probe 14d",
            "centcom-feed-2": "off feed probe 14d",
            "centcom-releases": "off page probe 14d selector",
        },
    ),
    "cnn": Facts(
        hosts="www.cnn.com edition.cnn.com cnn.com",
        zone="America/New_York",
        language="en",
        live="*/live-news/*",
        sources={
            "cnn-sitemap": "on news_sitemap in_use 1d",
            "cnn-sitemap-edition": "off news_sitemap in_use 1d",
            "cnn-world-rss": "off feed dead 1d",
        },
    ),
    "dawn": Facts(
        hosts="www.dawn.com dawn.com",
        zone="Asia/Karachi",
        language="en",
        sources={
            "dawn-world": "on feed in_use 2d",
            "dawn-latest": "on feed in_use 1d",
            "dawn-home": "off feed in_use 1d",
        },
    ),
    "future-center": Facts(),
    "kabulnow": Facts(
        hosts="kabulnow.com www.kabulnow.com",
        language="en",
        sources={
            "kabulnow-feed": "on feed proven 7d",
        },
    ),
    "khaama": Facts(
        hosts="www.khaama.com khaama.com",
        zone="Asia/Kabul",
        language="en",
        sources={
            "khaama-feed": "on feed proven 3d",
        },
    ),
    "npr": Facts(
        hosts="www.npr.org npr.org",
        zone="America/New_York",
        language="en",
        sources={
            "npr-world": "off feed probe 3d",
        },
    ),
    "nyt": Facts(
        hosts="www.nytimes.com nytimes.com",
        zone="America/New_York",
        language="en",
        strip="smid smtyp smprod partner emc campaign_id utm_*",
        live="*/live/*",
        sources={
            "nyt-world": "off feed probe 2d",
            "nyt-asia-pacific": "off feed probe 4d",
            "nyt-middle-east": "off feed probe 4d",
            "nyt-us": "off feed probe 2d",
            "nyt-politics": "off feed probe 2d",
            "nyt-home": "off feed probe 2d",
            "nyt-sitemap": "off news_sitemap in_use 2d gaps_only",
        },
    ),
    "pajhwok": Facts(
        hosts="pajhwok.com www.pajhwok.com",
        zone="Asia/Kabul",
        language="en",
        sources={
            "pajhwok-en": "off feed probe 3d",
        },
    ),
    "pentagon": Facts(
        hosts="www.war.gov war.gov www.defense.gov defense.gov",
        zone="America/New_York",
        language="en",
        sources={
            "pentagon-news": "on feed in_use 7d",
            "pentagon-releases": "off feed probe 7d",
            "pentagon-contracts": "off feed probe 7d",
        },
    ),
    "rawa": Facts(
        hosts="rawa.org www.rawa.org",
        sources={
            "rawa-page": "off page probe",
        },
    ),
    "reuters": Facts(
        hosts="www.reuters.com reuters.com",
        language="en",
        sources={
            "reuters-sitemap": "off news_sitemap blocked 2d",
            "reuters-sitemap-index": "off news_sitemap blocked 2d",
            "reuters-google-news": "off feed probe 2d",
        },
    ),
    "tolonews": Facts(
        hosts="tolonews.com www.tolonews.com",
        zone="Asia/Kabul",
        sources={
            "tolonews-feed": "off feed probe 2d",
        },
    ),
    "wamu": Facts(
        hosts="wamu.org www.wamu.org",
        zone="America/New_York",
        language="en",
        sources={
            "wamu-feed": "off feed probe 7d",
        },
    ),
    "washington-post": Facts(
        hosts="www.washingtonpost.com washingtonpost.com",
        zone="America/New_York",
        language="en",
        drops="*://www.washingtonpost.com *://www.washingtonpost.com/",
        sources={
            "washington-post-world": "on feed in_use 2d empty_is_error",
            "washington-post-national": "on feed in_use 2d empty_is_error",
            "washington-post-politics": "on feed in_use 2d empty_is_error",
            "washington-post-news-sitemap": "on news_sitemap in_use 2d empty_is_error gaps_only",
            "washington-post-sitemap": "off news_sitemap in_use 2d empty_is_error",
        },
    ),
    "white-house": Facts(
        hosts="www.whitehouse.gov whitehouse.gov",
        zone="America/New_York",
        language="en",
        sources={
            "white-house-statements": "on feed in_use 14d",
            "white-house-actions": "on feed in_use 14d",
            "white-house-news": "off feed probe 14d",
        },
    ),
    "wion": Facts(
        hosts="www.wionews.com wionews.com",
        zone="Asia/Kolkata",
        language="en",
        sources={
            "wion-world": "off feed probe 2d",
            "wion-world-xml": "off feed probe 2d",
            "wion-world-news": "off feed probe 2d",
            "wion-world-rss": "off feed probe 2d",
            "wion-india": "off feed probe 2d",
            "wion-world-page": "off page probe",
        },
    ),
}
