"""Reading a policy: from a file or by the name of a shipped one, with every mistake at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from creditdesk.facts.column import Column
from creditdesk.policy.check import check
from creditdesk.policy.columns import profile_columns
from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyError, PolicyErrors, listed
from creditdesk.policy.mistake import Mistake
from creditdesk.policy.salvage import salvage
from creditdesk.policy.shape import shape_mistakes
from creditdesk.policy.yaml_source import LONGEST_TEXT, Document, read_document

SHIPPED = ("starter", "two-speed", "consumers-nl")
"""Policies that come with the program and work as they are."""

CASES = ".cases.yaml"


def load_policy(path_or_name: str | Path, profile: Mapping[str, Column] | None = None) -> Policy:
    """A policy, checked in full.

    Args:
        path_or_name: a file, or the name of a shipped policy.
        profile: columns that the policy may name instead of the profile's own.

    Raises:
        PolicyErrors: everything that is wrong, with line, column and field, at once.
    """
    source, text, folder = _text(path_or_name)
    policy = read_policy(text, source, profile)
    if policy.tests is not None and folder is not None and not (folder / policy.tests).is_file():
        document = read_document(text, source)
        mistake = Mistake(
            ("tests",), "the file of cases is not there", policy.tests, "a file beside the policy"
        )
        raise PolicyErrors(source, _errors([mistake], document))
    return policy


def read_policy(text: str, source: str, profile: Mapping[str, Column] | None = None) -> Policy:
    """A policy from its text.

    Args:
        source: what the errors call it.

    Raises:
        PolicyErrors: everything that is wrong, with line, column and field, at once.
    """
    document = read_document(text, source)
    wrong = list(document.errors)
    columns = profile_columns() if profile is None else profile
    try:
        policy = Policy.model_validate(document.value)
    except ValidationError as error:
        told = {one.field for one in wrong}
        wrong += [one for one in _errors(shape_mistakes(error, document), document) if one.field not in told]
        rest = salvage(document, error)
        if rest.policy is not None:
            wrong += _errors(rest.told(check(rest.policy, columns)), document)
        raise PolicyErrors(source, wrong) from error
    wrong += _errors(check(policy, columns), document)
    if wrong:
        raise PolicyErrors(source, wrong)
    return policy


def policy_text(path_or_name: str | Path) -> str:
    """The text of a policy as its author wrote it.

    Raises:
        PolicyErrors: when there is no such policy, or it is no text.
    """
    return _text(path_or_name)[1]


def cases_text(path_or_name: str | Path, policy: Policy) -> tuple[str, str] | None:
    """Name and text of a policy's own cases; None when it names none.

    Raises:
        PolicyErrors: when the file cannot be read.
    """
    if policy.tests is None:
        return None
    path = Path(path_or_name)
    if _is_shipped(path_or_name):
        return policy.tests, (files("creditdesk.policy") / "shipped" / policy.tests).read_text(
            encoding="utf-8"
        )
    source, text, _ = _text(path.parent / policy.tests)
    return source, text


def _is_shipped(path_or_name: str | Path) -> bool:
    return str(path_or_name) in SHIPPED and not Path(path_or_name).is_file()


def _text(path_or_name: str | Path) -> tuple[str, str, Path | None]:
    source = str(path_or_name)
    if _is_shipped(path_or_name):
        shipped = files("creditdesk.policy") / "shipped" / f"{source}.yaml"
        return source, shipped.read_text(encoding="utf-8"), None
    path = Path(path_or_name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        allowed = f"a policy file, or one of {listed(SHIPPED)}"
        raise PolicyErrors(source, [PolicyError(0, 0, "", source, allowed, reason)]) from error
    if len(raw) > LONGEST_TEXT:
        wrong = PolicyError(0, 0, "", f"{len(raw)} bytes", f"at most {LONGEST_TEXT}", "the file is too long")
        raise PolicyErrors(source, [wrong])
    try:
        return source, raw.decode("utf-8-sig"), path.parent
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        found = f"byte {raw[error.start]:#04x}"
        raise PolicyErrors(
            source, [PolicyError(line, column, "", found, "a file in UTF-8", "the text is not UTF-8")]
        ) from error


def _errors(mistakes: Iterable[Mistake], document: Document) -> list[PolicyError]:
    errors = []
    for mistake in mistakes:
        line, column = document.place(mistake.path).inside(*mistake.inside)
        errors.append(
            PolicyError(line, column, ".".join(mistake.path), mistake.found, mistake.allowed, mistake.message)
        )
    return errors
