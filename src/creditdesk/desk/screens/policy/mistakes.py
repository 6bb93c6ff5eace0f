"""What the check of a policy says, in the reader's language.

The check itself speaks English, for the command line and for programs. Here stands every sentence it may say, so that the
catalogues have it; what a sentence names (codes, numbers, bits of the text) goes through as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from creditdesk.policy.error import PolicyError

SAID: tuple[Any, ...] = (
    # about the document
    _("a key that is no plain name"), _("a value of a kind that is not read"), _("nested too deeply"),
    _("nested too deeply, or in itself"), _("the document is empty"), _("the file is too long"), _("the key stands twice"),
    _("the text is not UTF-8"), _("longer than %(what)s bytes"), _("more than %(what)s values, aliases written out"),
    _("no YAML: %(what)s"), _("a value that may not stand here"), _("the field is missing"), _("no such %(what)s"),
    # general
    _("a segment of the matrix cannot take from its cell what the cell is to give"), _("low must end below medium"),
    _("no hard level"), _("no such currency"), _("no such place"), _("not a name"), _("not among the languages"),
    _("the file of cases is not there"),
    # criteria, bands, scorecards, matrix
    _("%(what)s cannot be cut into bands"), _("a band after `else`"), _("a criterion is read from one thing"),
    _("a scorecard without lines"), _("a value that the column never has"), _("bands without a cell"),
    _("each source has its own bands"), _("no bands for %(what)s"), _("no condition on a number"),
    _("no number after the comparison"), _("no number can meet the condition"), _("no value of a text column"),
    _("not below the highest"), _("not every band once"), _("other bands than the first source"),
    _("rows and columns are the same"), _("the band can never hold: earlier ones take all of it"),
    _("the band lies on both sides of an earlier one"), _("the band overlaps %(what)s"),
    _("the bands leave numbers without a band"), _("the points are said to be %(what)s, and here they are not"),
    _("the points of a text neither rise nor fall"), _("the value already belongs to %(what)s"),
    _("values without a band"), _("`else` must be the last band"), _("`else` would lie in more than one place"),
    # conditions
    _("%(what)s has no order"), _("a column is named alone, without a table"), _("a column that no condition can read"),
    _("a constant is never unknown"), _("a list of values holds something else"),
    _("a minus before something that is no number"), _("a number out of range"), _("a value that %(what)s never has"),
    _("an amount times an amount"), _("an unknown column"), _("arithmetic with something that is no number"),
    _("no column in it: it always holds or never does"), _("no condition: %(what)s"), _("not a condition"),
    _("not allowed in a condition"), _("one condition is wanted"), _("the condition is too long"),
    _("two things that cannot be compared"),
    # segments
    _("always, and yet on conditions"), _("as the cell, and yet of its own"),
    _("customers for whom no choice holds have no procedure"), _("more than one kind of limit"), _("no procedure"),
    _("only a first limit steps up"), _("stopped before it is reviewed"), _("the name stands twice"),
    _("this choice takes everybody: the next ones are never read"),
    # procedures
    _("%(what)s is a person's work"), _("a procedure without steps"), _("a step after the hand-over"),
    _("at_least goes with after_due"), _("hand-over is level 6, and nothing else is"), _("no channel to the debtor"),
    _("nothing can be handed over: no earlier notice of level 4 or 5 names it"),
    _("only a service step (level 0) may come before the due date"),
    _("only a written notice of level 4 or 5 announces a hand-over"), _("steps of its own and those of another"),
    _("the id stands twice"), _("the level falls"), _("the procedures extend each other"), _("when is step %(what)s due?"),
    # scales
    _("by grade or by score?"), _("master scales cannot be read"), _("not a master scale"), _("spans overlap"),
    # cases
    _("a case needs a day"), _("a case needs a name"), _("a case needs an expectation"), _("a line of words is wanted"),
    _("a line that cannot be read"), _("a plan that cannot be read"), _("names with values are wanted"), _("no case"),
    _("no cases"),
)  # fmt: skip
"""Sentences of the check; `%(what)s` is what they name."""

NAMED: tuple[Any, ...] = (
    _("band"), _("column of the profile"), _("criterion"), _("field"), _("procedure"), _("scorecard"), _("segment"),
    _("template of a step"), _("public holiday of %(what)s"), _("rising"), _("falling"),
)  # fmt: skip
"""What may be said not to exist."""

ALLOWED: tuple[Any, ...] = (
    _("%(what)s or more"), _("0 or more, or level 0"), _("a YAML document in UTF-8"), _("a `when`"),
    _("a band for each, or a band `else`"), _("a cell for each of %(what)s"), _("a column"), _("a column beside a value"),
    _("a column of numbers or of text"), _("a column of the profile (docs/profile.md)"), _("a condition for each place"),
    _("a condition, or `else` last"), _("a country (NL), a part of one (DE-BY), or bank days (@EUR)"),
    _("a date such as 2026-01-31"), _("a file beside the policy"), _("a file in UTF-8"), _("a last choice without `when`"),
    _("a list"), _("a name"), _("a name of its own"), _("a name of its own; it already stands on line %(what)s"),
    _("a number"), _("a number with a number, a text with a text"), _("a plain column"), _("a policy"),
    _("a review below the stop"), _("a shorter document"), _("a smaller document"), _("a text"), _("a whole number"),
    _("a wider condition"), _("after_due beside it"), _("always alone"), _("an ISO 4217 code such as EUR"),
    _("an amount such as 2500, 2.5k or 4m"), _("an amount times a number"),
    _("an earlier written step of level 4 or 5 with names_hand_over: true"), _("an id of its own in this procedure"),
    _("another criterion"), _("at least %(what)s"), _("at least one"), _("at least two bands with a condition each"),
    _("at most %(what)s"), _("at most %(what)s levels"), _("bands inside first_known"), _("bands that cover every number"),
    _("bands that share no number, or one inside the next"), _("cell: true alone"),
    _("conditions such as <= 20, > 50, > 5 and <= 15"), _("each value in one band, longer beginnings first"),
    _("exactly one of after and after_due"), _("less than %(what)s"), _("more than %(what)s"),
    _("names with values below them"), _("no such band"), _("no way back"), _("none"), _("numbers"),
    _("numbers or 'texts'"), _("numbers up to %(what)s"), _("one of both"), _("one of column, first_known, scorecard"),
    _("one of grades and spans"), _("one of them"), _("once; it already stands on line %(what)s"),
    _("procedure: NAME, or dunning: false"), _("a share such as 80% or 0.8"), _("shipped, or a YAML file or folder"),
    _("small letters, digits and _, beginning with a letter"), _("something that holds or does not"), _("spans apart"),
    _("steps, or extends"), _("text, numbers, dates"), _("text, numbers, dates, lists, names with values"),
    _("true or false"), _("values of its own"), _("values separated by commas, `84*` or `else`"), _("`else` last"),
    _("YAML: two spaces deeper per level, `name: value`, quotes around < and >"),
    _("email, letter, registered_letter or legal_notice at level 4 or 5"), _("`between … and …`"),
)  # fmt: skip
"""The way out; lists of codes and bits of text go through as they are."""

_HOLE = re.escape("%(what)s")


def in_words(error: PolicyError) -> tuple[str, str]:
    """Message and what is allowed, in the reader's language."""
    return _translated(error.message), _translated(error.allowed)


def _translated(text: str) -> str:
    if not text:
        return ""
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return gettext(template) % {"what": _translated(found[1])}
    return gettext(text)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Sentences with a hole, each with what finds it; what is written out comes before what has a hole."""
    with override("en"):
        said = [str(one) for one in (*SAID, *NAMED, *ALLOWED)]
    plain = {text for text in said if "%(what)s" not in text}
    holes = sorted((text for text in said if "%(what)s" in text), key=lambda text: -len(text))
    found = [(re.compile(re.escape(text).replace(_HOLE, "(.+)"), re.DOTALL), text) for text in holes]
    never = "|".join(re.escape(text) for text in sorted(plain, key=len, reverse=True))
    return [(re.compile(f"(?!(?:{never})$){one.pattern}", re.DOTALL), text) for one, text in found]
