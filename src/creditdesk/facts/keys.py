"""Rows that claim the same identity.

Which of several rows stays does not depend on the order of rows or files: it is the one whose content sorts first.
Copies of it are quarantined as duplicates, rows with other content as conflicts.
"""

from __future__ import annotations

from creditdesk.facts import sql
from creditdesk.facts.problem import ERROR, Rule
from creditdesk.facts.workbench import Loaded, Workbench


def check_keys(bench: Workbench, loaded: Loaded) -> None:
    """Quarantine rows whose key another row bears already."""
    table = loaded.table
    key = [name for name in table.key if name in loaded.present]
    if not key:
        return
    names = ", ".join(sql.name(name) for name in key)
    relation = bench.good(loaded.name)
    if not bench.number(
        f"SELECT count(*) FROM (SELECT 1 FROM {relation} GROUP BY {names} HAVING count(*) > 1)"
    ):
        return
    content = ", ".join(sql.name(column.name) for column in table.columns if column.name in loaded.present)
    same = " AND ".join(f"t.{sql.name(name)} IS NOT DISTINCT FROM k.{sql.name(name)}" for name in key)
    bench.con.execute(
        f"CREATE OR REPLACE TEMP TABLE claimed AS "
        f"SELECT _file, _line, {names}, content, first_value(content) OVER w AS kept, row_number() OVER w AS place, "
        f"first_value(_line) OVER w AS kept_line "
        f"FROM (SELECT t._file, t._line, {', '.join(f't.{sql.name(name)}' for name in key)}, "
        f"to_json(struct_pack({_struct(content)})) AS content FROM {relation} t "
        f"SEMI JOIN (SELECT {names} FROM {relation} GROUP BY {names} HAVING count(*) > 1) k ON {same}) "
        f"WINDOW w AS (PARTITION BY {names} ORDER BY content, _file, _line)"
    )
    shown = " || ', ' || ".join(f"coalesce(CAST({sql.name(name)} AS VARCHAR), 'empty')" for name in key)
    found = f"{shown} || ' (line ' || kept_line || ' was kept)'"
    label = ", ".join(key)
    copy = Rule(ERROR, "duplicate_row", loaded.name, label, "the same row stands there again", "each row once",
                "Remove the copy.")  # fmt: skip
    other = Rule(ERROR, "duplicate_id", loaded.name, label, "another row with other content bears the same id",
                 "one row per id", "Correct the id, or remove the row that is out of date. The row kept is the one "
                 "whose content sorts first, whatever the order in the file.")  # fmt: skip
    bench.record(
        copy, f"SELECT _file, _line, {found} AS found FROM claimed WHERE place > 1 AND content = kept"
    )
    bench.record(
        other, f"SELECT _file, _line, {found} AS found FROM claimed WHERE place > 1 AND content <> kept"
    )


def _struct(names: str) -> str:
    return ", ".join(f"{name} := t.{name}" for name in names.split(", "))
