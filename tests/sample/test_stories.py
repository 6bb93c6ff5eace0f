"""Every customer written by hand is in the sample, and the truth says what it shows."""

from __future__ import annotations

from creditdesk.sample import stories_of_money, stories_of_people

STORIES = (*stories_of_money.STORIES, *stories_of_people.STORIES)


def test_every_story_that_is_written_is_also_told():
    for module in (stories_of_money, stories_of_people):
        written = {
            value
            for name, value in vars(module).items()
            if callable(value) and value.__module__ == module.__name__
        }
        assert written == set(module.STORIES)


def test_a_sample_of_the_usual_size_tells_all_stories(ask_small):
    shown = {text for (text,) in ask_small("SELECT DISTINCT shows FROM truth WHERE shows IS NOT NULL")}
    assert shown == {story.__doc__.rstrip(".") for story in STORIES}


def test_written_customers_are_few_and_small_beside_the_drawn_ones(ask_small):
    [(share,)] = ask_small("SELECT avg((payer_type = 'written')::int) FROM truth")
    assert share < 1 / 6
    [(value,)] = ask_small("""SELECT sum(amount) FILTER (payer_type = 'written') / sum(amount)
                              FROM invoice JOIN truth USING (customer_id) WHERE kind = 'invoice'""")
    assert value < 0.05


def test_a_customer_known_from_two_days_on_has_two_rows(ask_small):
    assert ask_small("""SELECT known_from::text, credit_limit FROM customer WHERE name = 'Grano Meel NV'
                        ORDER BY 1""") == [("2024-07-30", 2_500_000), ("2026-05-01", 1_000_000)]  # fmt: skip


def test_an_invoice_in_parts_has_one_number(ask_small):
    parts = ask_small(
        "SELECT part, amount, retention, issued::text FROM invoice WHERE number = 'W-PARTS-1' ORDER BY part"
    )
    assert [row[:3] for row in parts] == [("1", 300_000, False), ("2", 300_000, False), ("3", 40_000, True)]
    assert len({row[3] for row in parts}) == 1
