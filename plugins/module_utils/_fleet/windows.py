# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Maintenance windows: weekly spans of time in the time zone of a datacenter."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet.settings import Settings, Wrong

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_DAY = 24 * 60
_LOOK_AHEAD_DAYS = 8
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")

Zones = t.Callable[[str], dt.tzinfo]
"""Name of a time zone -> the zone; raises ``LookupError`` or ``ValueError`` for one that nobody knows."""


@dataclasses.dataclass(frozen=True)
class Window:
    """Opens on each of ``days`` at ``start``; an ``end`` that is not after it lies on the next day. In minutes."""

    days: tuple[str, ...]
    start: int
    end: int
    timezone: str

    def as_dict(self) -> dict[str, t.Any]:
        """As it is written in a settings file."""
        return {"days": list(self.days), "from": clock(self.start), "to": clock(self.end), "timezone": self.timezone}

    def opening(self, day: dt.date, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime] | None:
        """Beginning and end of the window that opens on a day, if one does. Clocks that change move its ends."""
        if DAYS[day.weekday()] not in self.days:
            return None
        midnight = dt.datetime.combine(day, dt.time())
        last = self.end if self.end > self.start else self.end + MINUTES_OF_DAY
        began, ended = ((midnight + dt.timedelta(minutes=minute)).replace(tzinfo=zone) for minute in (self.start, last))
        return began, ended


@dataclasses.dataclass(frozen=True)
class Opening:
    """``is_open``: whether work may begin. ``closes`` is then the end of the window, else ``opens`` the next beginning.

    Both are None where there are no windows: work may begin at any time.
    """

    is_open: bool
    opens: dt.datetime | None = None
    closes: dt.datetime | None = None


def opening(windows: t.Sequence[Window], *, now: dt.datetime, margin: dt.timedelta, zones: Zones) -> Opening:
    """Whether work may begin now. In the last ``margin`` of a window none begins that would reach out of it."""
    if not windows:
        return Opening(is_open=True)
    spans = sorted(_spans(windows, now, zones))
    for began, ended in spans:
        if began <= now < ended - margin:
            return Opening(is_open=True, closes=ended)
    later = (began for began, ended in spans if now < began < ended - margin)
    return Opening(is_open=False, opens=next(later, None))


def _spans(windows: t.Sequence[Window], now: dt.datetime, zones: Zones) -> t.Iterator[tuple[dt.datetime, dt.datetime]]:
    for window in windows:
        zone = zones(window.timezone)
        today = now.astimezone(zone).date()
        for ahead in range(-1, _LOOK_AHEAD_DAYS):
            span = window.opening(today + dt.timedelta(days=ahead), zone)
            if span is not None:
                yield span


def window(values: t.Any, *, where: str, zones: Zones, wrong: Wrong) -> Window:
    """A window out of a settings file."""
    given = Settings(values, names=("days", "from", "to", "timezone"), where=where, wrong=wrong)
    days = tuple(str(day).lower()[:3] for day in given.items("days")) or DAYS
    if set(days) - set(DAYS):
        given.refuse("days", f"must be of {', '.join(DAYS)}")
    timezone = given.text("timezone", "UTC")
    try:
        zones(timezone)
    except (LookupError, ValueError, OSError):
        given.refuse("timezone", "is no time zone that this machine knows")
    return Window(days=days, start=_minute(given, "from"), end=_minute(given, "to"), timezone=timezone)


def _minute(given: Settings, name: str) -> int:
    """A time of day. YAML reads 22:00 without quotes as a number of base 60, which is the minute of the day."""
    value = given.given(name)
    matched = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if matched:
        value = 60 * int(matched[1]) + int(matched[2])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MINUTES_OF_DAY:
        given.refuse(name, "must be a time of day, like 22:00")
        return 0
    return value


def clock(minute: int) -> str:
    """A minute of the day for people."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


__all__ = ("DAYS", "Opening", "Window", "Zones", "clock", "opening", "window")
