"""The same open items for the peer and for us: 1,000 customers with 10 invoices each, none of them paid. Generated."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

CUSTOMERS = 1_000
INVOICES_EACH = 10
AS_OF = date(2026, 3, 31)


def write(folder: Path) -> tuple[Path, Path]:
    """Write a facts folder and the peer's CSV file (customer, amount in minor units, due); give both paths."""
    draw = random.Random(42)
    facts, items = folder / "open-items", folder / "open-items.csv"
    facts.mkdir(parents=True, exist_ok=True)
    with (
        (facts / "customer.csv").open("w", newline="") as customer_file,
        (facts / "invoice.csv").open("w", newline="") as invoice_file,
        items.open("w", newline="") as item_file,
    ):
        customers, invoices, peer = csv.writer(customer_file), csv.writer(invoice_file), csv.writer(item_file)
        customers.writerow(["customer_id", "name", "kind", "country", "currency"])
        invoices.writerow(
            ["invoice_id", "customer_id", "number", "kind", "issued", "due", "amount", "currency"]
        )
        peer.writerow(["customer", "amount", "due"])
        for number in range(CUSTOMERS):
            customer = f"C{number:06d}"
            customers.writerow([customer, f"Customer {number}", "company", "BE", "EUR"])
            for part in range(INVOICES_EACH):
                due = AS_OF - timedelta(days=draw.randint(-25, 80))
                amount = draw.randint(5_000, 500_000)
                invoice = f"I{number:06d}{part:02d}"
                invoices.writerow(
                    [invoice, customer, invoice, "invoice", due - timedelta(days=30), due, amount, "EUR"]
                )
                peer.writerow([customer, amount, due])
    return facts, items
