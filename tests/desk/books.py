"""A small set of books: three customers, three invoices, as CSV files."""

from __future__ import annotations

from pathlib import Path

CUSTOMERS = """
customer_id,name,kind,payer_id
c1,Peeters,company,
c2,Janssens,company,c1
c3,Maes,company,
"""
INVOICES = """
invoice_id,customer_id,number,kind,issued,due,amount,currency
i1,c1,1,invoice,2026-01-05,2026-02-04,10000,EUR
i2,c1,2,invoice,2026-01-06,2026-02-05,20000,EUR
i3,c2,3,invoice,2026-01-07,2026-02-06,30000,EUR
"""


class Books:
    """A facts folder that is written anew for every import."""

    invoices = INVOICES

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **tables: str) -> Path:
        """Write the books, with some tables said otherwise."""
        self.folder.mkdir(exist_ok=True)
        for name, text in {"customer": CUSTOMERS, "invoice": INVOICES, **tables}.items():
            (self.folder / f"{name}.csv").write_text(text.lstrip("\n"), encoding="utf-8")
        return self.folder
