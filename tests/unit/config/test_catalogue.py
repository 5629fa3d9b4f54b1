"""The outlet catalogue that ships, and how operators refer to it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import catalogue_ids, load_with_warnings
from config.check import checked
from config.convert import to_outlet, to_sources
from config.rules import outlet_clashes
from config.schema import OutletSpec
from config.shipped import catalogue_outlet
from storywatch.errors import Problem
from storywatch.model import Settings, SourceKind
from tests.unit.config.catalogue_facts import CATALOGUE, facts_of
from tests.unit.config.conftest import SETTINGS, Load, Write

CITED = {"nyt", "al-jazeera", "khaama", "cnn", "washington-post", "wamu", "wion"}
PRIMARY = {"pentagon", "centcom", "white-house", "rawa", "afghan-womens-mission", "future-center"}
AFGHAN = {"tolonews", "amu-tv", "kabulnow", "8am-media", "pajhwok", "ariana-news"}
OTHERS = {"npr", "reuters", "ap", "bbc", "dawn"}


def spec_of(outlet: str) -> OutletSpec:
    """Return an outlet of the catalogue as the loader reads it."""
    problems: list[Problem] = []
    (one,) = checked([catalogue_outlet(outlet)], OutletSpec, outlet_clashes, problems)
    assert problems == []
    return one.spec


def test_the_catalogue_has_every_outlet() -> None:
    """The seven that the sample event cites, the primary sources and the others of the fact sheet."""
    assert set(catalogue_ids()) == CITED | PRIMARY | AFGHAN | OTHERS


@pytest.mark.parametrize("outlet", catalogue_ids())
def test_every_outlet_of_the_catalogue_converts(outlet: str) -> None:
    """Each file is valid, is called by its outlet's id, and its facts hold together."""
    spec = spec_of(outlet)
    sources = to_sources(spec, Settings(database="", contact=""))
    assert to_outlet(spec).id == outlet
    assert spec.name
    assert all(source.url.startswith("https://") for source in sources)
    assert not spec.fetch_pages
    assert outlet == "future-center" or spec.hosts


@pytest.mark.parametrize("outlet", catalogue_ids())
def test_only_what_is_known_to_work_is_on(outlet: str) -> None:
    """A source that nobody vouches for is off and its note says why; every source is to be verified."""
    for source in spec_of(outlet).sources:
        assert source.status is not None
        assert source.verify
        assert source.note
        assert not source.enabled or source.status in {"proven", "in_use"}
        assert source.enabled or "off" in source.note.lower() or "fallback" in source.note.lower()


def test_source_ids_are_unique_in_the_whole_catalogue() -> None:
    """All outlets can stand in one watch config."""
    ids = [source.id for outlet in catalogue_ids() for source in spec_of(outlet).sources]
    assert len(ids) == len(set(ids)) > 50


@pytest.mark.parametrize("outlet", catalogue_ids())
def test_no_fact_of_an_outlet_gets_lost(outlet: str) -> None:
    """Each is in the catalogue for a reason that its notes give; a change there is to be meant."""
    assert facts_of(spec_of(outlet)) == CATALOGUE[outlet]


@pytest.mark.parametrize("outlet", ["nyt", "washington-post", "reuters"])
def test_article_pages_of_outlets_that_forbid_it_are_never_visited(outlet: str) -> None:
    """Written out, so that another default can't change it."""
    assert catalogue_outlet(outlet).plain()["fetch_pages"] is False


def test_sources_name_the_host_that_answers() -> None:
    """A redirect from defense.gov may lose the query; the feeds of CNN and Reuters that died are known as such."""
    assert {urlsplit(source.url).hostname for source in spec_of("pentagon").sources} == {"www.war.gov"}
    dead = {source.url for outlet in catalogue_ids() for source in spec_of(outlet).sources if source.status == "dead"}
    assert dead == {"https://rss.cnn.com/rss/cnn_world.rss"}
    urls = {source.url for outlet in catalogue_ids() for source in spec_of(outlet).sources}
    never = ("feeds.reuters.com", "reutersagency.com", "hosted.ap.org", "briefing-room", "defense.gov/")
    assert not [url for url in urls if any(part in url for part in never)]


def test_a_reference_takes_the_outlet_whole(loaded: Load) -> None:
    """One line is enough."""
    config = loaded({"a.yaml": SETTINGS + "outlets:\n- catalogue: khaama\n"})
    assert config.outlets["khaama"].hosts == ("www.khaama.com", "khaama.com")
    assert list(config.sources) == ["khaama-feed"]


def test_keys_beside_a_reference_override_it(loaded: Load) -> None:
    """Scalars and lists are replaced, sources merged by id, new ones added at the end."""
    config = loaded(
        {
            "a.yaml": SETTINGS,
            "b.yaml": """
            outlets:
            - catalogue: cnn
              name: CNN (ours)
              hosts: [localhost]
              sources:
              - {id: cnn-sitemap-edition, enabled: true}
              - {id: cnn-own, url: "http://localhost:8000/feed"}
              - {id: cnn-sitemap, url: "http://localhost:8000/map"}
            """,
        }
    )
    outlet, sources = config.outlets["cnn"], config.sources
    assert (outlet.name, outlet.hosts, outlet.time_zone) == ("CNN (ours)", ("localhost",), "America/New_York")
    assert list(sources) == ["cnn-sitemap", "cnn-sitemap-edition", "cnn-world-rss", "cnn-own"]
    assert sources["cnn-sitemap"].url == "http://localhost:8000/map"
    assert sources["cnn-sitemap"].kind == SourceKind.NEWS_SITEMAP
    assert sources["cnn-sitemap-edition"].enabled
    assert sources["cnn-sitemap-edition"].url == "https://edition.cnn.com/sitemap/news.xml"
    assert not sources["cnn-world-rss"].enabled


def test_an_override_stays_with_the_watch_config_that_has_it(loaded: Load) -> None:
    """The outlet may take another id; the catalogue itself is never changed by a use of it."""
    config = loaded({"a.yaml": SETTINGS + "outlets:\n- catalogue: khaama\n  id: ours\n  hosts: [localhost]\n"})
    assert (list(config.outlets), config.sources["khaama-feed"].outlet) == (["ours"], "ours")
    again = loaded({"a.yaml": SETTINGS + "outlets:\n- catalogue: khaama\n"})
    assert again.outlets["khaama"].hosts == ("www.khaama.com", "khaama.com")


def test_an_enabled_source_that_is_known_as_dead_is_a_warning(write: Write) -> None:
    """It answers, and nobody would notice what it does not say."""
    text = "outlets:\n- catalogue: cnn\n  sources:\n  - id: cnn-world-rss\n    enabled: true\n"
    loaded = load_with_warnings(write({"a.yaml": SETTINGS + text}), {})
    told = [(Path(one.file).name, one.line, one.key, one.message) for one in loaded.warnings]
    assert [file for file, *_ in told] == ["a.yaml"]
    assert "known as dead" in told[0][3]
