"""The screen *Sales*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework.models import Task
from creditdesk.desk.screens.sales.interventions import MOST, ended_ones, open_ones, tasks_of_sales
from creditdesk.desk.screens.sales.lists import Room, Stances, Watch, growing, watched
from creditdesk.desk.screens.sales.mine import Whose
from creditdesk.desk.screens.sales.moves import moves as moves_of
from creditdesk.desk.screens.sales.moves import to_discuss, unanswered


@dataclass(frozen=True)
class Pages:
    """Which part of a list of cards is shown; `count`: how many there are."""

    number: int
    count: int

    @staticmethod
    def of(request: Asked, count: int) -> Pages:
        """As the address has it; a page beyond the end is the last one."""
        asked = request.GET.get("page", "")
        last = max(1, -(-count // MOST))
        return Pages(min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 8 else 1, count)

    @property
    def start(self) -> int:
        """How many stand on the pages before."""
        return (self.number - 1) * MOST

    @property
    def first(self) -> bool:
        """Whether nothing stands before."""
        return self.number == 1

    @property
    def before(self) -> int:
        """The page before; 0 for none."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The next page; 0 for none."""
        return self.number + 1 if self.start + MOST < self.count else 0


def _shared(request: Asked, here: str) -> dict[str, Any]:
    """What every page of Sales shows: the tabs with what waits, and whose customers they are."""
    whose = Whose.of(request)
    return {
        "here": here,
        "whose": whose,
        "asked_of_sales": tasks_of_sales(whose).filter(state=Task.State.OPEN).count(),
        "to_discuss": unanswered(whose),
    }


@may(Right.SEE_CUSTOMERS)
def customers(request: Asked) -> HttpResponse:
    """My customers: what they may order, and what lifts what stands in the way."""
    listing = Stances(request, Whose.of(request).accounts())
    return listing.file() or render(
        request, "sales/list.html", {**_shared(request, "list"), "listing": listing}
    )


@may(Right.SEE_CUSTOMERS)
def room(request: Asked) -> HttpResponse:
    """To whom more could be sold, and which offers would pass a limit."""
    listing = Room(request, growing(Whose.of(request).accounts()))
    return listing.file() or render(
        request, "sales/room.html", {**_shared(request, "room"), "listing": listing}
    )


@may(Right.SEE_CUSTOMERS)
def watch(request: Asked) -> HttpResponse:
    """Whom to watch."""
    listing = Watch(request, watched(Whose.of(request).accounts()))
    return listing.file() or render(
        request, "sales/watch.html", {**_shared(request, "watch"), "listing": listing}
    )


@may(Right.SEE_CUSTOMERS)
def interventions(request: Asked) -> HttpResponse:
    """What is asked of Sales, with deadline and outcome."""
    shared = _shared(request, "interventions")
    pages = Pages.of(request, shared["asked_of_sales"])
    return render(
        request,
        "sales/interventions.html",
        {
            **shared,
            "waiting": open_ones(shared["whose"], pages.start),
            "ended": ended_ones(shared["whose"]) if pages.first else [],
            "pages": pages,
        },
    )


@may(Right.SEE_CUSTOMERS)
def moves(request: Asked) -> HttpResponse:
    """Moves to discuss."""
    shared = _shared(request, "moves")
    pages = Pages.of(request, to_discuss(shared["whose"]).count())
    asked = moves_of(shared["whose"], pages.start)
    found = [{"move": one, "mine": one.answered_by(request.scope.name)} for one in asked]
    return render(request, "sales/moves.html", {**shared, "moves": found, "pages": pages})
