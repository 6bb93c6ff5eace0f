"""The policy: read by all, written by some, approved by somebody who wrote none of it; mistakes at the field; text stays text."""

from __future__ import annotations

import html as markup
import re
from datetime import timedelta
from typing import Any

import pytest

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework import drafts, policies
from creditdesk.desk.casework.models import Draft, PolicyVersion, Trial
from creditdesk.desk.day import trials
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.screens.policy.checked import checked
from creditdesk.policy.load import policy_text
from desk.screens.filled import filled
from desk.screens.people import EVERYBODY, NOW, TODAY, people, signed_in, stranger

# drafts and trials themselves are tried on both databases (test_drafts.py)
pytestmark = [
    pytest.mark.usefixtures("monday"),
    pytest.mark.parametrize("one_desk", ["sqlite"], indirect=True, scope="module"),
]

SCRIPT = "<script>alert(1)</script>"
PAGES = ("", "words", "matrix", "procedures/reference", "text", "cases", "replay", "remarks", "moves")
WRITES = ("matrix/save", "procedures/reference/save", "text/save", "cases/save", "cases/run", "replay/run")


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    admit(company, "max", [Role.CREDIT_MANAGER], by="test", now=NOW)
    version = policies.propose(company, policy_text("starter"), by="anna", why="the first one", now=NOW)
    policies.approve(version, by="bert", why="x", now=NOW)
    return company


@pytest.fixture
def draft(acme) -> Draft:
    """What mia writes on."""
    Trial.objects.update(state=Trial.State.STOPPED)  # what others left to the worker is not wanted any more
    base = policies.in_force(acme, TODAY)
    return drafts.begin(acme, title="Faster letters", by="mia", now=NOW, base=base)


def get(name: str, address: str, status: int = 200, company: str = "acme", **headers: str) -> str:
    answer = signed_in(name, **headers).get(f"/c/{company}/policy/{address}")
    assert answer.status_code == status, (name, address)
    return answer.content.decode()


def post(name: str, address: str, data: dict[str, Any] | None = None, status: int = 302) -> Any:
    answer = signed_in(name).post(f"/c/acme/policy/{address}", data or {})
    assert answer.status_code == status, (name, address, answer.status_code)
    return answer


def words(html: str) -> str:
    """The text of a page, without its marks."""
    return re.sub(r"\s+", " ", markup.unescape(re.sub(r"<[^>]+>", " ", html)))


def fresh(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_reads_and_who_writes(name, draft) -> None:
    rights = RIGHTS[EVERYBODY[name]]
    here = f"draft/{draft.pk}/"
    version = PolicyVersion.objects.get(company=draft.company, version="1")
    sees = 200 if Right.SEE_POLICY in rights else 403
    for address in ("", f"version/{version.pk}/", "compare", *(f"{here}{page}" for page in PAGES)):
        html = get(name, address, sees)
        assert 'style="' not in html, "the page would be refused by its own Content-Security-Policy"
        assert "<style" not in html
        assert not re.search(r"<script(?![^>]* src=)", html)
    writes = Right.SET_POLICY in rights
    for page in WRITES:
        # a ladder without any step is refused at the form, an empty text is no text
        done = 422 if page == "procedures/reference/save" else 302
        post(name, f"{here}{page}", {"text": "", "cases": draft.cases}, done if writes else 403)
    post(name, "new", {}, 422 if writes else 403)
    for act, right in (
        ("propose", Right.SET_POLICY),
        ("drop", Right.SET_POLICY),
        ("approve", Right.APPROVE_POLICY),
    ):
        post(name, f"{here}do/{act}", {}, 422 if right in rights else 403)
    talks = rights & {Right.SELL, Right.WORK, Right.SET_POLICY, Right.APPROVE_POLICY}
    post(name, f"{here}remarks/add", {"text": "why?"}, 302 if talks else 403)
    assert drafts.comments(draft).count() == bool(talks)
    if not writes:
        assert (fresh(draft).text, fresh(draft).edition) == (draft.text, draft.edition)


def test_who_may_not_write_sees_no_button_that_does(draft) -> None:
    for page in PAGES:
        html = get("ada", f"draft/{draft.pk}/{page}")
        main = html[html.index("<main") : html.index("</main>")] if "<main" in html else html
        for form in re.findall(r"<form.*?</form>", main, re.DOTALL):
            assert re.search(r"<fieldset[^>]* disabled>", form), page
            assert "<button" not in form, page
        assert not re.search(r"/do/(propose|approve|drop|back)", html), page


def test_another_company_is_not_one_id_away(draft) -> None:
    other = Company.objects.create(code="other", name="Other NV")
    admit(other, "olga", [Role.CREDIT_MANAGER], by="test", now=NOW)
    stranger()
    trial = trials.ask_cases(draft.company, draft, by="mia", now=NOW)
    version = policies.in_force(draft.company, TODAY)
    own = signed_in("olga")
    ids = [
        f"version/{version.pk}/", *(f"draft/{draft.pk}/{page}" for page in PAGES), f"trial/{trial.pk}",
        f"draft/{draft.pk}/do/approve",
    ]  # fmt: skip
    for address in ids:
        assert own.get(f"/c/other/policy/{address}").status_code == 404, address
        for name in ("olga", "charlie"):
            assert signed_in(name).get(f"/c/acme/policy/{address}").status_code == 404, address
    for address in (
        *(f"draft/{draft.pk}/{page}" for page in WRITES),
        f"trial/{trial.pk}/stop",
        f"draft/{draft.pk}/do/propose",
    ):
        assert own.post(f"/c/other/policy/{address}", {"text": "x", "cases": "x"}).status_code == 404, address
    compared = own.get(f"/c/other/policy/compare?one=v{version.pk}&two=d{draft.pk}").content.decode()
    assert "starter" not in compared
    begun = own.post("/c/other/policy/new", {"name": "Theirs", "base": str(version.pk)})
    assert begun.status_code == 422, "nor can a draft be begun from another company's version"
    assert fresh(draft).text == draft.text
    trial.refresh_from_db()
    assert trial.state == Trial.State.WAITING
    empty = own.get("/c/other/policy/").content.decode()
    assert "No policy is in force" in words(empty)


# --- read -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("A customer stays in its segment for at least 30 days.", "Letter")),
        ("nl", ("Een klant blijft minstens 30 dagen in zijn segment.", "Brief")),
        ("fr", ("Un client reste au moins 30 jours dans son segment.", "Lettre")),
        ("de", ("Ein Kunde bleibt mindestens 30 Tage in seinem Segment.", "Brief")),
    ],
)
def test_a_policy_is_told_in_words(acme, language, said) -> None:
    version = policies.in_force(acme, TODAY)
    told = words(get("sam", f"version/{version.pk}/", **{"accept-language": language}))
    for sentence in said:
        assert sentence in told


def test_what_is_in_force_what_comes_and_what_was(acme) -> None:
    text = policy_text("starter").replace('version: "1"', 'version: "9"')
    version = policies.propose(
        acme, text, by="anna", why="next year", now=NOW, effective_on=TODAY + timedelta(days=90)
    )
    policies.approve(version, by="bert", why="x", now=NOW)
    told = words(get("ada", ""))
    assert "In force: starter 1" in told
    assert re.search(r"starter 9 coming", told)
    assert re.search(r"starter 1 in force", told)
    Company.objects.filter(pk=acme.pk).update(name="Acme BV")


# --- write ------------------------------------------------------------------------------------------------------------


def test_a_form_writes_its_change_and_leaves_every_other_character(draft) -> None:
    here = f"draft/{draft.pk}/matrix"
    said = filled(get("mia", here))
    post("mia", f"{here}/save", said)
    assert fresh(draft).text == draft.text, "a form that is saved as it was changes nothing"
    post(
        "mia",
        f"{here}/save",
        said | {"band-behaviour-0-good": "<= 7", "cell-small-poor": "firm", "brake-minimum_stay_days": "45"},
    )
    changed = [
        pair
        for pair in zip(draft.text.splitlines(), fresh(draft).text.splitlines(), strict=False)
        if pair[0] != pair[1]
    ]
    policy = checked(fresh(draft).text).policy
    assert policy is not None
    assert policy.criteria["behaviour"].bands["good"] == "<= 7"
    assert policy.matrix.cells["small"]["poor"] == "firm"
    assert policy.brakes.minimum_stay_days == 45
    assert len(changed) <= 3
    assert "What changes" in words(get("mia", f"draft/{draft.pk}/"))
    assert "Payment behaviour › Good changed ≤ 5 days ≤ 7 days" in words(get("mia", f"draft/{draft.pk}/"))


@pytest.mark.parametrize(
    ("field", "typed", "wrong"),
    [
        ("band-behaviour-0-good", "<= many", "no number after the comparison"),
        ("band-behaviour-0-good", "<= many ", "conditions such as <= 20"),
        ("band-size-0-small", "", "no condition on a number"),
        ("brake-minimum_stay_days", "-3", "at least 0"),
        ("brake-minimum_stay_days", "soon", "a whole number"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_saved(draft, field, typed, wrong) -> None:
    here = f"draft/{draft.pk}/matrix"
    answer = post("mia", f"{here}/save", filled(get("mia", here)) | {field: typed}, 422)
    html = answer.content.decode()
    told = re.search(
        rf'<div class="field[^"]*wrong[^"]*">(?:(?!<div class="field).)*name="{field}".*?</div>',
        html,
        re.DOTALL,
    )
    assert told is not None, "the field is marked"
    assert 'aria-invalid="true"' in told[0]
    assert fresh(draft).text == draft.text
    assert wrong in words(html), words(told[0])
    assert f'value="{markup.escape(typed.strip())}"' in told[0], "what was typed is still there"


def test_a_ladder_is_changed_longer_shorter_and_in_another_order(draft) -> None:
    here = f"draft/{draft.pk}/procedures/reference"
    said = filled(get("mia", here))
    assert said["order"] == "0 1 2 3 4 5 6"
    added = post("mia", f"{here}/save", said | {"do": "add"}, 200).content.decode()
    assert fresh(draft).text == draft.text, "a step more is not saved by itself"
    longer = filled(added)
    key = next(one for one in longer["order"].split() if one.startswith("n"))
    longer |= {f"{key}-id": "text", f"{key}-do": "sms", f"{key}-template": "friendly_reminder", f"{key}-level": "1", f"{key}-days": "1",
               "order": f"0 {key} 2 1 4 5 6", "0-days": "4"}  # fmt: skip
    longer.pop("do", None)
    answer = signed_in("mia").post(f"/c/acme/policy/{here}/save", longer)
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:  # the level may not fall: the form says so at the step
        assert "the level falls" in words(answer.content.decode())
        longer["order"] = f"0 {key} 1 2 4 5 6"
        post("mia", f"{here}/save", longer)
    policy = checked(fresh(draft).text).policy
    assert policy is not None
    steps = policy.procedures["reference"].steps
    assert [one.id for one in steps] == [
        "reminder",
        "text",
        "call",
        "letter",
        "sales",
        "registered_letter",
        "hand_over",
    ]
    assert (steps[0].after, steps[1].after, steps[1].do) == (4, 1, "sms")


def test_a_mistake_in_a_ladder_is_told_at_the_step(draft) -> None:
    here = f"draft/{draft.pk}/procedures/reference"
    said = filled(get("mia", here))
    assert "a whole number" in words(
        post("mia", f"{here}/save", said | {"1-days": "x"}, 422).content.decode()
    )
    assert "the id stands twice" in words(
        post("mia", f"{here}/save", said | {"2-id": "reminder"}, 422).content.decode()
    )
    assert fresh(draft).text == draft.text
    empty = post("mia", f"{here}/save", {"order": ""}, 422).content.decode()
    assert fresh(draft).text == draft.text
    assert "step" in words(empty)
    assert get("mia", f"draft/{draft.pk}/procedures/nothing", 404)


def test_a_text_with_mistakes_is_kept_and_each_is_told_with_its_line(draft) -> None:
    here = f"draft/{draft.pk}/text"
    typed = draft.text.replace('small: "<= 20"', 'small: "<= twenty"').replace(
        "minimum_stay_days: 30", "minimum_stay_days: soon"
    )
    post("mia", f"{here}/save", {"text": typed, "edition": draft.edition})
    html = get("mia", here)
    assert "2 mistakes" in words(html)
    lines = [int(one) for one in re.findall(r'<li id="line-(\d+)"', html)]
    at = [no for no, line in enumerate(typed.splitlines(), 1) if "twenty" in line or "soon" in line]
    assert lines == at
    in_dutch = words(get("mia", here, **{"accept-language": "nl"}))
    assert "2 fouten" in in_dutch
    assert "no number after" not in in_dutch
    wrong = post(
        "mia", f"draft/{draft.pk}/do/propose", {"version": "2", "effective_on": "2026-04-01", "why": "x"}, 422
    )
    assert "The text has mistakes" in words(wrong.content.decode())
    assert fresh(draft).state == Draft.State.WRITING


def test_two_people_write_on_the_same_draft_and_neither_loses_anything(draft) -> None:
    here = f"draft/{draft.pk}/text/save"
    post("max", here, {"text": f"{draft.text}# by max\n", "edition": draft.edition})
    mine = f"{draft.text}# by mia\n"
    told = post("mia", here, {"text": mine, "edition": draft.edition}, 409).content.decode()
    assert "max changed this draft while you wrote" in words(told)
    assert "# by mia" in told
    assert fresh(draft).text.endswith("# by max\n")
    form = post("mia", f"draft/{draft.pk}/cases/save", {"cases": "cases:\n", "edition": draft.edition}, 409)
    assert "max changed this draft" in words(form.content.decode())


def test_script_in_a_policy_is_text(draft) -> None:
    text = draft.text.replace(
        "in_words: >-\n  Large customers", f"in_words: >-\n  {SCRIPT} Large customers", 1
    )
    text = text.replace("name: consumer,", f'name: "{SCRIPT}",')
    assert text.count(SCRIPT) >= 1
    drafts.write(draft, by="mia", now=NOW, text=text, cases=f"# {SCRIPT}\n{draft.cases}")
    drafts.say(draft, SCRIPT, by="sam", now=NOW)
    Draft.objects.filter(pk=draft.pk).update(title=SCRIPT)
    for page in (*PAGES, "procedures"):
        answer = signed_in("mia").get(f"/c/acme/policy/draft/{draft.pk}/{page}", follow=True)
        assert SCRIPT not in answer.content.decode(), page
    assert SCRIPT not in get("mia", f"compare?one=v{draft.base_id}&two=d{draft.pk}")
    assert markup.escape(SCRIPT) in get("mia", f"draft/{draft.pk}/remarks")
    assert SCRIPT not in get("mia", "")
    form = filled(get("mia", f"draft/{draft.pk}/matrix")) | {
        "band-behaviour-0-good": SCRIPT,
        "cell-small-poor": SCRIPT,
    }
    assert SCRIPT not in post("mia", f"draft/{draft.pk}/matrix/save", form, 422).content.decode()


# --- compare, try -----------------------------------------------------------------------------------------------------


def test_versions_are_compared_part_by_part_and_line_by_line(draft) -> None:
    text = draft.text.replace('good: "<= 5"', 'good: "<= 6"').replace(
        "disputes_12m >= 3", "disputes_12m >= 4"
    )
    drafts.write(draft, by="mia", now=NOW, text=text)
    address = f"compare?one=v{draft.base_id}&two=d{draft.pk}"
    told = words(get("ada", address))
    assert "Payment behaviour › Good changed ≤ 5 days ≤ 6 days" in told
    assert "Disputes, breaks promises or stalls again and again › Condition changed" in told
    assert "disputes in 12 months: at least 4" in told
    assert 'title="criteria.behaviour.bands.good"' in get("ada", address), "and as it is written"
    dutch = words(get("ada", address, **{"accept-language": "nl"}))
    assert "Betaalgedrag › Goed veranderd ≤ 5 dagen ≤ 6 dagen" in dutch
    assert "Line by line" in told
    assert "Faster letters" in told
    assert get("ada", "compare?one=v999999&two=dx")


def test_cases_are_run_by_the_worker_and_told(draft) -> None:
    here = f"draft/{draft.pk}/cases"
    two = "\n".join(draft.cases.splitlines()[:24]).replace("segment: attentive", "segment: partner")
    post("mia", f"{here}/save", {"cases": two, "edition": draft.edition})
    post("mia", f"{here}/run")
    waiting = get("mia", here)
    assert "Waits for the worker" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert re.search(r'<button[^>]*id="again"[^>]* disabled>', waiting)
    assert trials.try_one()
    trial = Trial.objects.get(draft=draft)
    part = get("mia", f"trial/{trial.pk}")
    assert re.search(r'<button[^>]*id="again"[^>]* hx-swap-oob="true">', part), "it can be pressed again"
    told = words(get("ada", here))
    assert "1 of 2 came out as expected" in told
    assert re.search(r"segment : expected partner, found attentive", told)
    post("mia", f"{here}/save", {"cases": f"{two}\n# more\n"})
    assert "of an earlier text" in words(get("ada", here))


def test_a_replay_is_asked_for_followed_and_stopped(draft) -> None:
    here = f"draft/{draft.pk}/replay"
    begin = get("mia", here).split('id="again"')[1].split("</button>")[0]
    assert "Replay" in begin, "before the first one too"
    assert "cases" not in begin
    post("mia", f"{here}/run", {"months": "3"})
    trial = Trial.objects.get(draft=draft)
    assert (trial.kind, trial.state, trial.against) == ("replay", "waiting", draft.base)
    Trial.objects.filter(pk=trial.pk).update(state="running", done=30, total=180)
    part = get("ada", f"trial/{trial.pk}")
    assert '<progress class="progress" max="180" value="30"' in part
    assert "30 of 180 days" in words(part)
    assert "Stop" not in words(part), "who reads all changes nothing"
    post("mia", f"trial/{trial.pk}/stop")
    assert "It was stopped" in words(get("mia", here))


# --- propose, approve -------------------------------------------------------------------------------------------------


def test_a_draft_is_proposed_and_approved_by_somebody_who_wrote_none_of_it(acme, draft) -> None:
    here = f"draft/{draft.pk}"
    drafts.write(draft, by="mia", now=NOW, text=draft.text.replace('good: "<= 5"', 'good: "<= 6"'))
    drafts.write(fresh(draft), by="max", now=NOW, cases=f"{draft.cases}\n")
    early = {"version": "77", "effective_on": (TODAY - timedelta(days=1)).isoformat(), "why": "x"}
    assert "days that are over" in words(post("mia", f"{here}/do/propose", early, 422).content.decode())
    taken = early | {"version": "1", "effective_on": TODAY.isoformat()}
    assert "has this version already" in words(post("mia", f"{here}/do/propose", taken, 422).content.decode())
    tomorrow = TODAY + timedelta(days=1)
    post("mia", f"{here}/do/propose", early | {"effective_on": tomorrow.isoformat()}, 204)
    assert "waits for a second person" in words(get("ada", f"{here}/"))
    assert "proposes" in words(get("sam", ""))

    for writer in ("mia", "max"):
        assert "You wrote on it" in words(get(writer, f"{here}/"))
        assert f"{here}/do/approve" not in get(writer, f"{here}/")
        assert "You wrote on it" in words(
            post(writer, f"{here}/do/approve", {"why": "fine"}, 422).content.decode()
        )
    post("carla", f"{here}/do/approve", {"why": "fine"}, 403)
    assert policies.in_force(acme, tomorrow).version == "1"
    post("mia", f"{here}/text/save", {"text": "policy: x"})
    assert "policy: starter" in fresh(draft).text, "what is proposed stays as it is"

    assert "do/approve" in get("fien", f"{here}/")
    post("fien", f"{here}/do/approve", {}, 422)
    post("fien", f"{here}/do/approve", {"why": "agreed with Sales"}, 204)
    assert policies.in_force(acme, TODAY).version == "1"
    assert policies.in_force(acme, tomorrow).version == "77"
    assert "agreed with Sales" in words(
        get("ada", f"version/{policies.in_force(acme, tomorrow).pk}/?show=history")
    )
    post("fien", f"{here}/do/approve", {"why": "twice"}, 422)
    post("mia", f"{here}/do/drop", {"why": "too late"}, 422)


def test_a_proposal_is_sent_back_with_a_reason(draft) -> None:
    here = f"draft/{draft.pk}"
    post("mia", f"{here}/do/propose", {"version": "78", "effective_on": TODAY.isoformat(), "why": "x"}, 204)
    post("fien", f"{here}/do/back", {"why": "too harsh for the small ones"}, 204)
    told = words(get("mia", f"{here}/"))
    assert "being written" in told
    assert "too harsh for the small ones" in told


def test_what_was_approved_from_the_command_line_meanwhile_is_told(acme, draft) -> None:
    here = f"draft/{draft.pk}"
    later = TODAY + timedelta(days=400)
    post("mia", f"{here}/do/propose", {"version": "79", "effective_on": later.isoformat(), "why": "x"}, 204)
    policies.approve(PolicyVersion.objects.get(company=acme, version="79"), by="bert", why="x", now=NOW)
    for act in ("approve", "back"):
        told = post("fien", f"{here}/do/{act}", {"why": "fine"}, 422)
        assert "It is not proposed any more" in words(told.content.decode())


def test_a_page_takes_few_statements(draft) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in("mia")
    for address in (
        "",
        f"version/{draft.base_id}/",
        "compare",
        *(f"draft/{draft.pk}/{page}" for page in PAGES),
    ):
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/c/acme/policy/{address}")
        assert len(asked) < 30, f"{address}: {len(asked)}"
