"""Stage `reach`: how each payer with a due step can be reached, by whom to ask for, in which language."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, to_day
from creditdesk.engine.binding import latest
from creditdesk.engine.contact_history import failed_channels
from creditdesk.engine.day import Day
from creditdesk.engine.message import LANE

ROLES = ("accounts_payable", "administrator", "general", "director", "buyer", "lawyer", "other")
"""Whom a reminder goes to, in this order; an account manager asks for the buyer first."""


def reach(day: Day, due: ir.Table) -> ir.Table:
    """Stage `reach`: one row per row of `due`: payer, company, case_no, chosen (the channel that reaches the payer, null when
    none does), contact_id, contact_language.
    """
    found = attach(
        due.select(
            *LANE,
            "procedure",
            "step",
            "do",
            "channel_first",
            "preferred_channel",
            "option_1",
            "option_2",
            "option_3",
        ),
        _addresses(day, due),
        "payer",
    )
    if day.facts.has("action"):
        found = attach(found, failed_channels(day), ["payer", "procedure", "case_no", "step"])
    else:
        found = found.mutate(failed=ibis.null("array<string>"))
    return day.stages.run("reach", _channel(found))


def _addresses(day: Day, due: ir.Table) -> ir.Table:
    """Per payer: email_contact, phone_contact, mobile_contact, letter_contact (contact ids), has_email, has_phone,
    has_mobile, has_letter, contact_language.
    """
    facts, now = day.facts, day.clock.day
    payers = due.group_by("payer").aggregate(
        sold=(_.owner == "account_manager").any(), street=holds(_.street.notnull()).any()
    )
    if not facts.has("contact"):
        text = ibis.null("string")
        known = facts.any("customer", "street")
        return payers.select(
            "payer", email_contact=text, phone_contact=text, mobile_contact=text, letter_contact=text,
            has_email=not known, has_phone=not known, has_mobile=not known,
            has_letter=payers.street if known else ibis.literal(True), contact_language=text,
        )  # fmt: skip
    contact = latest(facts["contact"], "contact_id", now, facts.any("contact", "known_from"))
    contact = contact.filter(
        (contact.until_on.isnull() | (to_day(contact.until_on) >= now)) & ~holds(contact.opted_out)
    )
    contact = contact.inner_join(payers.select("payer", "sold"), contact.customer_id == payers.payer)
    rank = ibis.cases(
        *[(contact.role == role, at + 1) for at, role in enumerate(ROLES)], else_=len(ROLES) + 1
    )
    rank = ibis.ifelse(contact.sold & (contact.role == "buyer"), 0, rank)
    order = ibis.ifelse(holds(contact.is_primary), 0, 1)
    contact = contact.mutate(_key=(rank * 2 + order + 100).cast("string") + contact.contact_id)

    def first(where: ir.BooleanValue) -> ir.StringValue:
        return contact["_key"].min(where=holds(where)).substr(3)

    found = contact.group_by("payer").aggregate(
        email_contact=first(contact.email.notnull() & (contact.email != "")),
        phone_contact=first(contact.phone.notnull() | contact.mobile.notnull()),
        mobile_contact=first(contact.mobile.notnull()),
        letter_contact=first(contact.address.notnull()),
    )
    found = attach(payers, found, "payer")
    languages = [str(language) for language in day.policy.languages]
    spoken = contact.filter(contact.language.isin(languages)).select(
        any_contact=_.contact_id, contact_language=_.language
    )
    found = found.mutate(
        any_contact=ibis.coalesce(found.email_contact, found.phone_contact, found.letter_contact),
        has_email=found.email_contact.notnull(),
        has_phone=found.phone_contact.notnull(),
        has_mobile=found.mobile_contact.notnull(),
        has_letter=found.letter_contact.notnull() | found.street,
    )
    return attach(found, spoken.distinct(), "any_contact").drop("any_contact", "street", "sold")


def _channel(found: ir.Table) -> ir.Table:
    """The first channel that reaches the payer; what is not a message to the debtor always does."""
    by_letter = (found.do == "email") & (
        ibis.coalesce(found.channel_first, found.preferred_channel, "") == "letter"
    )
    own = ibis.ifelse(by_letter, "letter", found.do)

    def reaches(channel: Value) -> Value:
        return ibis.cases(
            (channel.isin(["email", "statement", "offer_plan", "thanks"]), found.has_email),
            (channel.isin(["letter", "registered_letter", "legal_notice"]), found.has_letter),
            (channel.isin(["sms", "video"]), found.has_mobile),
            (channel.isin(["call", "voice"]), found.has_phone),
            else_=channel.notnull(),
        )

    options = [own, found.do, found.option_1, found.option_2, found.option_3]
    open_to = [holds(reaches(option)) & ~holds(found.failed.contains(option)) for option in options]
    chosen = ibis.cases(*zip(open_to, options, strict=True), else_=ibis.null("string"))
    found = found.mutate(chosen=chosen)
    contact = ibis.cases(
        (found.chosen.isin(["letter", "registered_letter", "legal_notice"]), found.letter_contact),
        (found.chosen.isin(["call", "voice"]), found.phone_contact),
        (found.chosen.isin(["sms", "video"]), found.mobile_contact),
        else_=ibis.coalesce(found.email_contact, found.phone_contact),
    )
    return found.select(*LANE, "chosen", "contact_language", contact_id=contact)
