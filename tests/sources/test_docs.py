"""What docs/facts.md shows is true."""

from __future__ import annotations

import re

from creditdesk.facts import balances, keys, links, rates, reading, rowrules
from creditdesk.sources.mapping import Condition, Formats, Mapping, Read, TableRule, Take
from creditdesk.sources.mapping_file import read_mapping


def test_the_mapping_in_the_docs_loads(root):
    text = (root / "docs" / "facts.md").read_text(encoding="utf-8")
    (block,) = [found for found in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "mapping:" in found]

    assert read_mapping(block.encode(), "docs").mapping == "ledger-export"


def test_every_field_of_a_mapping_is_in_the_reference(root):
    text = re.sub(r"```.*?```", "", (root / "docs" / "facts.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    named = {word for found in re.findall(r"`([^`]+)`", text) for word in re.split(r"[\s,.:{}]+", found)}
    for model in (Mapping, Read, Formats, TableRule, Take, Condition):
        for name, field in model.model_fields.items():
            assert (field.alias or name) in named, f"{model.__name__}.{name}"


def test_every_code_of_the_check_is_explained(root):
    text = (root / "docs" / "facts.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"`([a-z_]+)`", text))
    source = "".join(
        module.__loader__.get_source(module.__name__)
        for module in (balances, keys, links, rates, reading, rowrules)
    )
    codes = set(re.findall(r"Rule\(\s*(?:WARNING|ERROR|WARNING if fate else ERROR),\s*\"([a-z_]+)\"", source))
    codes |= set(re.findall(r"error\(\s*\"([a-z_]+)\"", source)) | set(reading._REFUSALS)

    assert len(codes) > 20
    assert codes - explained == set()
