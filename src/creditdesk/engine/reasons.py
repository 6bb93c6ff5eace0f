"""Why a customer is in its segment, as data: text is rendered from it per language.

One row per criterion and a last one for the placing:

- a criterion: `criterion` its name; `value` or `text` what was read, in units of the column; `band` the band that
  holds (empty = unknown); `rule` the column it was read from, followed by `:margin`, `:little_evidence` or `:missing`
  where the value does not speak for itself
- the placing: `criterion` is `segment`, `band` the segment that the figures lead to, `rule` the name of the rule,
  `matrix`, or `override` where a person assigned it
"""

from __future__ import annotations

import ibis

from creditdesk.engine.arith import Value
from creditdesk.engine.bands import Gauge
from creditdesk.engine.segment import BY_HAND, BY_MATRIX, Rules, by_number
from creditdesk.engine.sheet import Sheet

PLACING = "segment"


def reasons(criteria: tuple[Gauge, ...], rules: Rules, sheet: Sheet) -> Value:
    """The list of reasons, of the type that `facts.decisions.REASONS` declares."""
    none, no_number = ibis.null("string"), ibis.null("float64")
    rows = []
    for gauge in criteria:
        name, how = gauge.name, sheet[f"how_{gauge.name}"]
        source = sheet[f"source_{name}"].fill_null("")
        rows.append(
            _row(
                ibis.literal(name),
                sheet[f"value_{name}"],
                sheet[f"text_{name}"],
                sheet[f"band_{name}"],
                ibis.ifelse(how.isnull(), source, source + ":" + how.fill_null("")),
            )
        )
    by_rule = by_number(sheet["rule_no"], rules.names, ibis.literal(BY_MATRIX))
    placing = ibis.ifelse(sheet["by_hand"].notnull(), ibis.literal(BY_HAND), by_rule)
    where = ibis.coalesce(sheet["by_hand"], sheet["target"])
    rows.append(_row(ibis.literal(PLACING), no_number, none, where, placing))
    return ibis.array(rows)


def _row(criterion: Value, value: Value, text: Value, band: Value, rule: Value) -> Value:
    return ibis.struct({"criterion": criterion, "value": value, "text": text, "band": band, "rule": rule})
