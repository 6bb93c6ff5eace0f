"""Customers by the beginnings of words: what somebody types is found in names, ids, places and registration numbers."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from creditdesk.desk.standing.models import SearchWord

if TYPE_CHECKING:
    from creditdesk.desk.standing.models import Account

_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 6


def words_of(text: str) -> list[str]:
    """The words of a text, without accents and in small letters: `Café-Ünal 12` gives `cafe`, `unal`, `12`."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def found(accounts: QuerySet[Account], text: str) -> QuerySet[Account]:
    """Accounts of which some word begins with each word of the text; all of them when it holds no word."""
    for word in sorted(words_of(text), key=len, reverse=True)[:MOST_WORDS]:
        rows = SearchWord.objects.filter(
            company=OuterRef("company"), customer=OuterRef("customer"), word__gte=word, word__lt=after(word)
        )
        accounts = accounts.filter(Exists(rows))
    return accounts


def after(prefix: str) -> str:
    """The least text above all that begin with `prefix`, byte by byte."""
    last = ord(prefix[-1]) + 1
    return prefix[:-1] + chr(0xE000 if 0xD800 <= last <= 0xDFFF else last)
