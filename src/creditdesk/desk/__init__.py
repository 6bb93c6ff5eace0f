"""The desk: keeps the facts at rest, runs the day, records its effects. A Django project; nothing below it knows Django."""
