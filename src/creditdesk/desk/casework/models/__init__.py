"""The tables of casework."""

from __future__ import annotations

from creditdesk.desk.casework.models.alert import Alert
from creditdesk.desk.casework.models.attachment import Attachment
from creditdesk.desk.casework.models.audit import Entry, Erased
from creditdesk.desk.casework.models.decision import Case, Decision, Step
from creditdesk.desk.casework.models.draft import Draft, Trial
from creditdesk.desk.casework.models.message import Message
from creditdesk.desk.casework.models.people import Absence, Member, Portfolio, Schedule
from creditdesk.desk.casework.models.policy import PolicyInUse, PolicyVersion
from creditdesk.desk.casework.models.request import Band, Request, Vote
from creditdesk.desk.casework.models.run import Redecided, Run, Stage, Whole
from creditdesk.desk.casework.models.talk import Comment, MoveAnswer
from creditdesk.desk.casework.models.task import Task
from creditdesk.desk.casework.models.worker import WorkerSeen

__all__ = [
    "Absence", "Alert", "Attachment", "Band", "Case", "Comment", "Decision", "Draft", "Entry", "Erased", "Member", "Message", "MoveAnswer",
    "PolicyInUse", "PolicyVersion", "Portfolio", "Redecided", "Request", "Run", "Schedule", "Stage", "Step",
    "Task", "Trial", "Vote", "Whole", "WorkerSeen",
]  # fmt: skip
