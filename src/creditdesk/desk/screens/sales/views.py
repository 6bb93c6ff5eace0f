"""The screen *Sales*."""

from __future__ import annotations

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
from creditdesk.desk.screens.sales.moves import unanswered


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
    return render(
        request,
        "sales/interventions.html",
        {
            **shared,
            "waiting": open_ones(shared["whose"]),
            "ended": ended_ones(shared["whose"]),
            "many": shared["asked_of_sales"] > MOST,
            "most": MOST,
        },
    )


@may(Right.SEE_CUSTOMERS)
def moves(request: Asked) -> HttpResponse:
    """Moves to discuss."""
    shared = _shared(request, "moves")
    found = [{"move": one, "mine": one.answered_by(request.scope.name)} for one in moves_of(shared["whose"])]
    return render(request, "sales/moves.html", {**shared, "moves": found, "many": len(found) >= MOST})
