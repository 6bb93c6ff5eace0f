"""What is wrong with files that somebody brought, as data: a page says it in the reader's language."""

from __future__ import annotations

from typing import Any

from creditdesk.facts.problem import UnusableInput


class NotTaken(UnusableInput):
    """Files that cannot be taken; the message is for logs, `code` and `more` are for pages.

    Codes: `too_large`, `too_many_files`, `too_many_uploads`, `disk_full`, `no_file`, `empty_file`, `suffix`, `mixed`, `zip_broken`,
    `zip_encrypted`, `zip_path`, `zip_link`, `zip_too_many`, `zip_too_large`, `unpacked_too_large`, `too_many_rows`, `twice`.
    """

    def __init__(self, code: str, said: str, **more: Any) -> None:
        super().__init__(said)
        self.code = code
        self.more = more

    def as_dict(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return {"code": self.code, "said": str(self), **self.more}


def as_dict(wrong: Exception) -> dict[str, Any]:
    """Any refusal as data; one of the rooms below is told as it stands."""
    return wrong.as_dict() if isinstance(wrong, NotTaken) else {"code": "unusable", "said": str(wrong)[:4000]}
