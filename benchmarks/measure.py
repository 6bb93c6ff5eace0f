"""Run a command as its own process and say how long it took and how much memory it held at its peak."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

GB = 1024**3
EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Run:
    """One measured run. `seconds`: wall clock of the whole process; `peak`: resident bytes of it and its children."""

    seconds: float
    peak: int
    said: str


class CommandFailed(RuntimeError):
    """The measured command ended with another status than 0."""


def run(command: Sequence[object]) -> Run:
    """Run `command` to its end. Raises CommandFailed with what it wrote to standard error."""
    words = [str(word) for word in command]
    print("  $", " ".join(words), file=sys.stderr, flush=True)
    began = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        peaks = [0]
        watch = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
        watch.start()
        said, complaint = process.communicate()
        seconds = time.perf_counter() - began
    if process.returncode != 0:
        raise CommandFailed(f"{' '.join(words)}\nended with {process.returncode}\n{complaint[-4000:]}")
    print(f"    {seconds:.1f} s, {peaks[0] / GB:.2f} GB", file=sys.stderr, flush=True)
    return Run(seconds, peaks[0], said)


def _watch(pid: int, peaks: list[int]) -> None:
    """Keep the largest sum of resident memory over a process and its children until it is gone."""
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            family = [process, *process.children(recursive=True)]
            peaks[0] = max(peaks[0], sum(_resident(member) for member in family))
            time.sleep(EVERY_SECONDS)
    except psutil.NoSuchProcess:
        return


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
