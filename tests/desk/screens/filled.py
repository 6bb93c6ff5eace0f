"""What the form of a page would send as it stands: for tests that save a form without a browser."""

from __future__ import annotations

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside = (said.get("action") or "").endswith("/save")
        if not self.inside:
            return
        name = said.get("name") or ""
        if tag == "input" and name and (said.get("type") != "checkbox" or "checked" in said):
            self.values[name] = said.get("value", "on") or ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.values or "selected" in said):
            self.values[self.select] = said.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def filled(html: str) -> dict[str, str]:
    """The fields of the form that saves something, with their values."""
    form = _Form()
    form.feed(html)
    form.values.pop("csrfmiddlewaretoken", None)
    return form.values
