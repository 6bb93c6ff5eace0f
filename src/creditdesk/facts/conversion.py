"""How a value as found becomes a value of the contract: SQL per column, and the SQL that tells when it cannot.

Nothing is rounded, trimmed or guessed: `100.5` is no amount in minor units, 30 February is no date. An empty text is an
empty value. Parquet files written with another type are taken where the value is exactly the same (a whole number
stored as a double, midnight stored as a timestamp).
"""

from __future__ import annotations

from dataclasses import dataclass

from creditdesk.facts import sql
from creditdesk.facts.column import BOOLEAN, DATE, FLOAT, LIST, MONEY, STRING, Column

EXACT_IN_DOUBLE = 2**53

_SQL_TYPES = {
    STRING: "VARCHAR",
    DATE: "DATE",
    MONEY: "BIGINT",
    FLOAT: "DOUBLE",
    BOOLEAN: "BOOLEAN",
    LIST: "VARCHAR[]",
}
_NATIVE = {
    STRING: {"VARCHAR"},
    DATE: {"DATE"},
    MONEY: {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"},
    FLOAT: {"DOUBLE", "FLOAT"},
    BOOLEAN: {"BOOLEAN"},
    LIST: {"VARCHAR[]"},
}
_WHOLE = {"HUGEINT", "UBIGINT", "UHUGEINT"} | _NATIVE[MONEY]


@dataclass(frozen=True)
class Conversion:
    """One column as SQL over the relation that was read.

    Attributes:
        value: the value in the type of the contract; null when empty or when it cannot be.
        failed: true where something stands there that cannot be a value; empty when that cannot happen.
        shown: the value as found, as text.
        native: the file holds the type of the contract: the engine may read it as it is.
    """

    value: str
    failed: str
    shown: str
    native: bool


def sql_type(column: Column) -> str:
    """DuckDB's name for the type of a column."""
    return _SQL_TYPES[column.type]


def absent(column: Column) -> Conversion:
    """A column that the file does not have."""
    return Conversion(f"CAST(NULL AS {sql_type(column)})", "", "NULL", native=True)


def conversion(column: Column, found: str) -> Conversion:
    """How a column of DuckDB type `found` becomes the column of the contract."""
    raw = sql.name(column.name)
    shown = f"CAST({raw} AS VARCHAR)"
    if found in _NATIVE[column.type]:
        if column.type == STRING:
            return Conversion(f"nullif({raw}, '')", "", raw, native=True)
        value = raw if found == sql_type(column) else f"CAST({raw} AS {sql_type(column)})"
        return Conversion(value, "", shown, native=True)
    if found == "VARCHAR":
        return _from_text(column, raw)
    value = _from_other(column, raw, found)
    failed = f"{raw} IS NOT NULL AND ({value}) IS NULL"
    return Conversion(value, failed, shown, native=False)


def _from_text(column: Column, raw: str) -> Conversion:
    if column.type == LIST:
        value = f"string_split(nullif(trim(regexp_replace({raw}, ';+', ';', 'g'), ';'), ''), ';')"
        return Conversion(value, "", raw, native=False)
    pattern, value = {
        MONEY: ("[+-]?[0-9]+", f"try_cast({raw} AS BIGINT)"),
        DATE: ("[0-9]{4}-[0-9]{2}-[0-9]{2}", f"try_cast({raw} AS DATE)"),
        FLOAT: (r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", f"try_cast({raw} AS DOUBLE)"),
        BOOLEAN: ("(?i:true|false)", f"lower({raw}) = 'true'"),
    }[column.type]
    value = f"CASE WHEN regexp_full_match({raw}, {sql.text(pattern)}) THEN {value} END"
    return Conversion(value, f"{raw} <> '' AND ({value}) IS NULL", raw, native=False)


def _from_other(column: Column, raw: str, found: str) -> str:
    """SQL of the exact value of a column that is neither text nor of the contract's type; null where there is none."""
    family = _family(found)
    whole = {
        "float": f"CASE WHEN isfinite({raw}) AND {raw} = floor({raw}) AND abs({raw}) <= {EXACT_IN_DOUBLE} "
        f"THEN CAST({raw} AS BIGINT) END",
        "decimal": f"CASE WHEN {raw} = floor({raw}) THEN try_cast({raw} AS BIGINT) END",
        "integer": f"try_cast({raw} AS BIGINT)",
    }
    ways = {
        MONEY: whole,
        DATE: {"timestamp": f"CASE WHEN {raw} = date_trunc('day', {raw}) THEN try_cast({raw} AS DATE) END"},
        FLOAT: {"decimal": f"CAST({raw} AS DOUBLE)", "integer": f"CAST({raw} AS DOUBLE)"},
        BOOLEAN: {"integer": f"CASE {raw} WHEN 0 THEN false WHEN 1 THEN true END"},
        LIST: {"list": f"CAST({raw} AS VARCHAR[])"},
        # an id that pandas turned into floating point because one was empty is still that id
        STRING: {kind: f"CAST({value} AS VARCHAR)" for kind, value in whole.items()}
        | {"name": f"nullif(CAST({raw} AS VARCHAR), '')"},
    }
    return ways[column.type].get(family, f"CAST(NULL AS {sql_type(column)})")


def _family(found: str) -> str:
    """What kind of type a DuckDB type is."""
    if found in _WHOLE:
        return "integer"
    if found in ("DOUBLE", "FLOAT"):
        return "float"
    if found == "UUID" or found.startswith("ENUM"):
        return "name"
    if found.endswith("[]"):
        return "list"
    return next((kind for kind in ("decimal", "timestamp") if found.startswith(kind.upper())), "")


ALLOWED = {
    STRING: "text",
    MONEY: "a whole number",
    DATE: "a date as YYYY-MM-DD",
    FLOAT: "a number with a decimal point",
    BOOLEAN: "true or false",
    LIST: "ids separated by ;",
}
"""What may stand in a column, by type, as messages say it."""
