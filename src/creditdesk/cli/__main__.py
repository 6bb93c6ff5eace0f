"""`python -m creditdesk.cli`: the command line."""

from __future__ import annotations

from creditdesk.cli import app

if __name__ == "__main__":
    app(prog_name="creditdesk")
