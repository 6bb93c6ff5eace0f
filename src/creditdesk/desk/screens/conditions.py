"""Conditions of a policy in words: `open_items = 0` as *number of open invoices: 0*, in the reader's language.

What is told is the very tree that the engine's predicate is built from; a form of words that is not known here is shown as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.utils.translation import gettext as _
from sqlglot import exp

from creditdesk.facts.column import Column
from creditdesk.facts.money import minor
from creditdesk.policy.columns import BAND, find_column, predicate_columns
from creditdesk.policy.document import Policy
from creditdesk.policy.predicate import Node, PredicateError, parsed
from creditdesk.report.language import Language

GROUPS = {"kind": "kind", "legal_status": "legal_status", "risk_class": "risk", "preferred_channel": "do"}
"""Columns whose values the catalogue of decisions names."""

ORDER: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.LT: exp.GT, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.GTE: exp.LTE, exp.EQ: exp.EQ, exp.NEQ: exp.NEQ,
}  # fmt: skip
"""Each comparison read from the other side: a condition may be written `30 >= days_late`."""


class Conditions:
    """Tells the conditions of one policy."""

    def __init__(self, policy: Policy, t: Language) -> None:
        self.policy = policy
        self.t = t

    @cached_property
    def _columns(self) -> Mapping[str, Column]:
        return predicate_columns(self.policy.criteria)

    def said(self, text: str | None) -> str:
        """A condition in words; empty for none, and as it is written where it is no condition."""
        if not text or not text.strip():
            return ""
        try:
            told = self._tell(parsed(text), inside=False)
        except PredicateError:
            return " ".join(text.split())
        return told[:1].upper() + told[1:]

    # --- what is joined ---------------------------------------------------------------------------------------------

    def _tell(self, node: Node, *, inside: bool) -> str:
        node = node.unnest()
        if isinstance(node, exp.And | exp.Or):
            parts = [self._tell(one, inside=True) for one in node.flatten()]
            word = _(" and ") if isinstance(node, exp.And) else _(" or ")
            told = word.join(parts)
            return f"({told})" if inside else told
        if isinstance(node, exp.Not):
            return self._opposite(node.this.unnest())
        if isinstance(node, exp.Column):
            return self.title(node.name)
        return self._simple(node, negative=False)

    def _opposite(self, node: Node) -> str:
        if isinstance(node, exp.Is | exp.In | exp.Between):
            return self._simple(node, negative=True)
        return _("not: %(what)s") % {"what": self._tell(node, inside=True)}

    # --- one comparison ---------------------------------------------------------------------------------------------

    def _simple(self, node: Node, *, negative: bool) -> str:
        left = node.this
        if (
            type(node) in ORDER
            and not isinstance(left, exp.Column)
            and isinstance(node.expression, exp.Column)
        ):
            node = ORDER[type(node)](this=node.expression, expression=left)
            left = node.this
        column = self._column(left)
        title = self._operand(left, None)
        if isinstance(node, exp.Is):
            told = _("%(title)s: known") if negative else _("%(title)s: not known")
            return told % {"title": title}
        if isinstance(node, exp.In):
            values = [self._operand(one, column) for one in node.expressions]
            if negative:
                return _("%(title)s: not %(values)s") % {"title": title, "values": _any(values)}
            return _("%(title)s: %(value)s") % {"title": title, "value": _any(values)}
        if isinstance(node, exp.Between):
            told = (
                _("%(title)s: not from %(low)s to %(high)s")
                if negative
                else _("%(title)s: from %(low)s to %(high)s")
            )
            low, high = (self._operand(node.args[side], column) for side in ("low", "high"))
            return told % {"title": title, "low": low, "high": high}
        return self._compared(node, title, column)

    def _compared(self, node: Node, title: str, column: Column | None) -> str:
        if isinstance(node.expression, exp.Boolean) and isinstance(node, exp.EQ | exp.NEQ):
            holds = bool(node.expression.this) == isinstance(node, exp.EQ)
            return title if holds else _("not: %(what)s") % {"what": title}
        words: dict[type[exp.Expr], str] = {
            exp.EQ: _("%(title)s: %(value)s"), exp.NEQ: _("%(title)s: not %(value)s"),
            exp.LT: _("%(title)s: less than %(value)s"), exp.LTE: _("%(title)s: at most %(value)s"),
            exp.GT: _("%(title)s: more than %(value)s"), exp.GTE: _("%(title)s: at least %(value)s"),
        }  # fmt: skip
        told = words.get(type(node))
        if told is None:
            return str(node.sql())
        return told % {"title": title, "value": self._operand(node.expression, column)}

    def _column(self, node: Node) -> Column | None:
        """The column that gives a value its unit: the first one in it."""
        found = node.find(exp.Column)
        return find_column(self._columns, found.name) if found is not None else None

    def _operand(self, node: Node, beside: Column | None) -> str:
        """A side of a comparison: the title of a column, a value with the unit of the column beside it, a sum of these."""
        node = node.unnest()
        if isinstance(node, exp.Column):
            return self.title(node.name)
        if isinstance(node, exp.Add | exp.Sub | exp.Mul):
            sign = {exp.Add: "+", exp.Sub: "−", exp.Mul: "×"}[type(node)]
            plain = None if isinstance(node, exp.Mul) else beside
            return f"{self._operand(node.this, plain)} {sign} {self._operand(node.expression, plain)}"
        if isinstance(node, exp.Neg):
            return f"−{self._operand(node.this, beside)}"
        if isinstance(node, exp.Literal):
            return (
                self._text(str(node.this), beside) if node.is_string else self._number(str(node.this), beside)
            )
        return node.sql()

    def _number(self, text: str, column: Column | None) -> str:
        try:
            value = Decimal(text)
        except InvalidOperation:
            return text
        unit = column.unit if column else ""
        if unit.startswith("minor units"):
            currency = self.policy.currency
            write = self.t.money if value == value.to_integral_value() else self.t.exact
            return write(minor(value, currency), currency)
        if unit.startswith(("share", "probability")):
            return self.t.percent(float(value), 1)
        if unit in ("days", "calendar days"):
            return self.t("key.days", n=int(value) if value == value.to_integral_value() else float(value))
        return self.t.number(value, 2)

    def _text(self, text: str, column: Column | None) -> str:
        name = column.name if column else ""
        if name.startswith(BAND):
            return self.t.named("band", text)
        if name == "country":
            return self.t.locale.territories.get(text.upper(), text)
        if name == "language":
            return self.t.locale.languages.get(text.lower(), text)
        if self.t.has(f"{GROUPS.get(name, '')}.{text}"):
            told = self.t.named(GROUPS[name], text)
            return told[:1].lower() + told[1:] if self.t.code != "de" else told
        return self.t.value(text) if column and column.allowed else text

    # --- columns ----------------------------------------------------------------------------------------------------

    def title(self, name: str) -> str:
        """What a column is called."""
        if name.startswith(BAND):
            told = self.t.named("criterion", name.removeprefix(BAND))
            return told[:1].lower() + told[1:] if self.t.code != "de" else told
        if name.startswith("code_"):
            return _("code “%(name)s”") % {"name": name.removeprefix("code_")}
        return self.t.column(name)


def _any(values: list[str]) -> str:
    if len(values) < 2:
        return "".join(values)
    return _("%(first)s or %(last)s") % {"first": ", ".join(values[:-1]), "last": values[-1]}
