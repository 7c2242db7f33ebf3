"""Events -> Events.

Input    `cluster/events.json`: core/v1 events, or events.k8s.io/v1 as the core API shows them.
Output   every event in the order listed; `node` is "" when its source names no host; times as printed.  What clients
         put before the message of many alike, `(combined from similar events): `, is left out; the span has it.
Source   Kubernetes API, core/v1 Event.  Events live for one hour by default: none says little.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.cluster import Event, Events
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "events"
COMBINED = "(combined from similar events): "  # client-go, tools/record/events_cache.go


class _Object(msgspec.Struct, frozen=True):
    kind: str = ""
    namespace: str = ""
    name: str = ""


class _Source(msgspec.Struct, frozen=True):
    host: str = ""


class _Series(msgspec.Struct, frozen=True, rename="camel"):
    count: int = 0
    last_observed_time: str | None = None


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    metadata: Metadata = Metadata()
    involved_object: _Object = _Object()
    reason: str = ""
    message: str = ""
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: _Series | None = None
    source: _Source | None = None


def parse(text: str) -> Events:
    places = Places(KIND, text)
    return Events(tuple(_event(item, places) for item in items_of(KIND, text, _Event)))


def _event(item: _Event, places: Places) -> Event:
    about, series = item.involved_object, item.series or _Series()
    first = item.first_timestamp or item.event_time or ""
    quote = f"Event {about.kind} {about.namespace}/{about.name}: {item.reason}: {item.message}"
    return Event(
        namespace=about.namespace or item.metadata.namespace,
        kind=about.kind,
        name=about.name,
        node=item.source.host if item.source else "",
        reason=item.reason,
        message=item.message.removeprefix(COMBINED),
        count=item.count or series.count or 1,
        first=first,
        last=item.last_timestamp or series.last_observed_time or first,
        span=places.span(item.metadata.name, " ".join(quote.split())),
    )


PARSER = ObjectParser(KIND, Events, parse)
