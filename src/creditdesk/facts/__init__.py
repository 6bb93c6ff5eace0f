"""Facts: schemas, money, calendars, reading and checking. The ground floor: imports nothing of ours."""
