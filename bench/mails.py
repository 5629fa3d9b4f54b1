"""Hostile titles, names and ids through a real mail server: what arrives is what was meant, for whom it was meant."""

import asyncio
import sys
import time
from collections.abc import Iterable

from channels.email import composer_for
from channels.smtp import SmtpChannel
from storywatch.model import SmtpSettings
from tests.integration.channels.servers import Mailroom, guard_for, mail_server
from tests.support.mails import Findings, Hostility, Written
from tests.unit.channels.samples import SETTINGS, delivery_of

SEED = 20210826
AT_ONCE = 1_000_000
"""Mails a minute: the pace is not what is looked at."""


async def sent(mails: Iterable[Written]) -> Findings:
    """Send each mail over the product's channel, and judge what the server took."""
    room, findings = Mailroom(), Findings()
    async with mail_server(room) as port:
        settings = SmtpSettings(host="127.0.0.1", port=port, tls="none", pace=AT_ONCE)
        channel = SmtpChannel(settings, guard_for(f"127.0.0.1:{port}"), composer_for(SETTINGS))
        for written in mails:
            await channel.send(delivery_of(written.message, delivery_id=written.owed.id), written.owed.subscriber)
            envelope = room.taken.pop()
            findings.look_at(written, envelope.mail_from, envelope.rcpt_tos, envelope.original_content or b"")
        await channel.close()
    findings.finish()
    return findings


def main(count: int = 10_000) -> None:
    began = time.monotonic()
    findings = asyncio.run(sent(Hostility(SEED).mails(count)))
    print(f"mails that arrived: {findings.sorts.total():,} of {count:,}, in {time.monotonic() - began:.0f} s")
    print(", ".join(f"{number:,} {sort}" for sort, number in findings.sorts.most_common()))
    print(f"threads: {len(findings.threads):,}; the largest mail: {findings.largest:,} bytes")
    print(f"faults: {findings.faults.total():,}")
    for fault, number in findings.faults.most_common():
        print(f"  {fault}: {number:,}, such as {findings.examples.get(fault, 'none by itself')}")
    if findings.faults or findings.sorts.total() != count:
        sys.exit("mails arrived otherwise than they were meant")
