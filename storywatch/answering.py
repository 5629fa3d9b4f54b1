"""Answers of people whether an item belongs to an event: the command line and links in alerts both come in here."""

from dataclasses import dataclass
from datetime import datetime

from storywatch.explaining import score_in_words
from storywatch.model import Feedback, Match
from storywatch.ports import Feedbacks, Memories


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer that was stored. `verdict`: what was decided when the item came; `before`: the answer that stood."""

    feedback: Feedback
    verdict: Match | None
    before: Feedback | None


async def answer(feedbacks: Feedbacks, memories: Memories, given: Feedback) -> Answered:
    """Store an answer, in place of one given before. Raises `NotStoredError` for an unknown event or item."""
    before = next((one for one in await feedbacks.all(given.event) if one.item == given.item), None)
    await feedbacks.give(given)
    return Answered(feedback=given, verdict=await memories.verdict(given.event, given.item), before=before)


async def revoke(feedbacks: Feedbacks, event: str, item: str, now: datetime) -> bool:
    """Let an answer count no longer; it stays visible. Return whether there was one."""
    return await feedbacks.revoke(event, item, now)


def answer_in_words(answered: Answered) -> str:
    """Say what an answer changes, in one sentence."""
    return f"{_decided(answered.verdict)}; {_counts(answered)} from the next poll on"


def _decided(verdict: Match | None) -> str:
    if verdict is None:
        return "did not come near the event"
    did = "matched" if verdict.accepted else "did not match"
    return f"{did} at {score_in_words(verdict)}" if verdict.threshold else did


def _counts(answered: Answered) -> str:
    said = "an example" if answered.feedback.belongs else "a counter-example"
    before = answered.before
    if before is None:
        return f"it counts as {said}"
    return f"it still counts as {said}" if before.belongs is answered.feedback.belongs else f"it now counts as {said}"
