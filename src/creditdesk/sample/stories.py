"""All customers written by hand, in one book."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from creditdesk.sample import stories_of_money, stories_of_people
from creditdesk.sample.book import Book

if TYPE_CHECKING:
    from datetime import date

    from creditdesk.sample.bank_days import BankDays

# At most one customer in six is written, so that the drawn ones keep giving the shapes.
SHARE = 6


def write_stories(horizon: date, bank: BankDays, customers: int) -> Book:
    """As many stories as a sample of that size has room for; from about 400 customers on all of them."""
    book = Book(horizon, bank)
    in_turn = chain.from_iterable(zip_longest(stories_of_money.STORIES, stories_of_people.STORIES))
    for story in in_turn:
        if story is None:
            continue
        if book.customers() + 3 > customers // SHARE:
            break
        book.tell(story)
    return book
