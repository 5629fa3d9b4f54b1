"""How feeds are read: gofeed's test suite, and real feeds beside plain feedparser.

The counts stand in docs/reference/conformance.md, and a test holds them there.
"""

from tests.support.corpus import corpus_path
from tests.support.gofeed import DIFFERING, JSON_CASES, wrong_cases, wrong_json_case
from tests.support.real_feeds import comparison


def main() -> None:
    data = {name: corpus_path(name) for name in ("gofeed", "real-feeds")}
    for path in data.values():
        if not path.is_dir():
            print(f"{path} absent: set STORYWATCH_TEST_DATA to its folder")
            return
    total, wrong = wrong_cases(data["gofeed"])
    json_right = sum(not wrong_json_case(data["gofeed"], name) for name in JSON_CASES)
    print(f"gofeed, XML: {total - len(wrong)} of {total} cases with items fully right")
    print(f"gofeed, JSON: {json_right} of {len(JSON_CASES)}")
    for name, differences in wrong.items():
        print(f"  {name}: {'; '.join(differences)}")
        print(f"    {DIFFERING.get(name, 'NOT KNOWN')}")
    print()
    print("| real feeds | plain feedparser | Storywatch |")
    print("|---|---|---|")
    for counted, theirs, ours in comparison(data["real-feeds"]):
        print(f"| {counted} | {theirs:,} | {ours:,} |")
