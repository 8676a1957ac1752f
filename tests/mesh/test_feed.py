"""The feed: everything a service has said, in order, in pages that fit into a reply."""

from plumbline.mesh.storage.tables import outbox
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import until
from tests.mesh.ways import over_servers


def test_pages_follow_each_other_without_gap_or_overlap(town):
    town.start("speaker", "hearer")
    for n in range(7):
        town.call("speaker", "add", {"id": f"i{n}"})
    until(lambda: len(town.heard()) == 7, what="all of it sent")

    positions, after = [], 0
    while page := town.call("speaker", "events_after", {"position": after, "limit": 3})["events"]:
        positions += [event["position"] for event in page]
        after = positions[-1]

    assert positions == [1, 2, 3, 4, 5, 6, 7]


def test_a_page_is_bounded_by_its_size_too(build):
    town = build(message_limit_bytes=4096)
    town.start("speaker", "hearer")
    for n in range(30):
        town.call("speaker", "add", {"id": f"i{n}"})
    until(lambda: len(town.heard()) == 30, what="all of it sent")

    page = town.call("speaker", "events_after", {"position": 0, "limit": 500})

    assert 0 < len(page["events"]) < 30
    assert page["position"] == 30


@over_servers
def test_who_catches_up_reads_every_page(build):
    """The broker lost everything, and there is more than one page to fetch."""
    town = build(message_limit_bytes=4096)
    town.start("speaker")
    for n in range(30):
        town.call("speaker", "add", {"id": f"i{n}"})
    with Queues(town.settings.broker_url) as queues:
        until(lambda: queues.count("hearer.from.speaker") >= 30 or town.rows("speaker", outbox)[-1].position)
        queues.purge("hearer.from.speaker")

    town.start("hearer")

    until(lambda: len(town.heard()) == 30, what="every event")
