"""`make demo`, as a person meets it: started, asked, started again, ended."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.demo.home import Home, Ports
from sandbox.demo.parts import commands
from sandbox.demo.run import POSTED
from sandbox.processes import Process, free_port
from sandbox.sample.totals import Totals

ROOT = Path(__file__).parents[2]
START_SECONDS = 240  # a promise of 20 on a machine that does nothing else
POSTS_SECONDS = 600

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Demo:
    """One demo in a folder of its own, on ports of its own."""

    environment: Mapping[str, str]

    @property
    def home(self) -> Home:
        return Home.of(self.environment)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "sandbox", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def processes(self) -> list[psutil.Process]:
        """Everything that mentions the demo's folders, this test apart."""
        places = (str(self.home.folder), str(self.home.product.data))
        return [
            one
            for one in psutil.process_iter()
            if one.pid != os.getpid() and any(place in _words(one) for place in places)
        ]

    @property
    def ports(self) -> Ports:
        ports = self.home.ports()
        assert ports is not None
        return ports

    def get(self, path: str) -> Any:
        """What the product's REST API says."""
        token = (self.home.folder / "token").read_text()
        address = f"http://127.0.0.1:{self.ports.product}{path}"
        return _call(address, headers={"Authorization": f"Bearer {token}"})

    def messages(self, channel: str, user: str) -> list[Any]:
        """What somebody sees in a channel of the local Slack."""
        slack = f"http://127.0.0.1:{self.ports.slack}/sandbox"
        found = _call(f"{slack}/messages?channel={channel}&as={user}")
        return list(found["messages"])

    def say(self, channel: str, user: str, text: str) -> None:
        """Type a message or a command in the local Slack."""
        body = json.dumps({"channel": channel, "user": user, "text": text}).encode()
        _call(f"http://127.0.0.1:{self.ports.slack}/sandbox/say", data=body)


def _call(url: str, **more: Any) -> Any:
    request = urllib.request.Request(url, **more)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - as above
        return json.load(reply)


def _words(process: psutil.Process) -> str:
    try:
        return " ".join((*process.cmdline(), process.environ().get("DATA_DIR", "")))
    except psutil.Error:
        return ""


def _made(data: Path) -> Demo:
    one = Demo({**os.environ, "DATA_DIR": str(data)})
    one.home.folder.mkdir()
    ports = iter(free_port(port) for port in range(21_000, 22_000, 100))
    chosen = {name: next(ports) for name in Ports.__slots__}
    (one.home.folder / "ports.json").write_text(json.dumps(chosen))
    return one


def _wait_for_posts(demo: Demo) -> None:
    """What comes after the start changes what the sample holds."""
    posts = commands(demo.home)["posts"]
    deadline = time.monotonic() + POSTS_SECONDS
    while posts.pid() is not None:
        assert time.monotonic() < deadline, posts.said()
        time.sleep(0.1)
    assert (demo.home.folder / POSTED).exists(), posts.said()


def _leave_behind(command: Process) -> None:
    """One that still runs when who has begun it is gone."""
    command.stop()
    command.start(("sleep", "900"), os.environ)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generator[Demo]:
    """A demo that runs."""
    one = _made(tmp_path_factory.mktemp("demo"))
    try:
        started = one.command("start")
        assert started.returncode == 0, started.stdout + started.stderr
        (one.home.folder / "said").write_text(started.stdout)
        commands(one.home)["posts"].stop()  # as who ends it at once: what is missing comes later
        _leave_behind(commands(one.home)["members"])
        again = one.command("start")
        assert again.returncode == 0, again.stdout + again.stderr
        _wait_for_posts(one)
        yield one
    finally:
        one.command("clean")


@pytest.fixture
def interrupted(tmp_path: Path) -> Generator[Demo]:
    """One that isn't started, or not to the end."""
    one = _made(tmp_path)
    yield one
    one.command("clean")


@pytest.mark.parametrize("said", ["✓ bigquery", "✓ sample", "✓ product"])
def test_interrupted_while_it_starts_it_leaves_nothing_running(
    interrupted: Demo, said: str
) -> None:
    """Before the sample is there, before the product is, and while that reads the sample."""
    starting = _starting(interrupted)
    with starting:
        assert starting.stdout is not None
        while said not in (line := starting.stdout.readline()):
            assert line, "it ended by itself"
        starting.send_signal(signal.SIGINT)
        more, _ = starting.communicate(timeout=START_SECONDS)
    assert starting.returncode == 130, more
    assert "Ending what was started" in more
    assert interrupted.processes() == []


def _starting(demo: Demo) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "sandbox", "start"],
        cwd=ROOT,
        env=demo.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_starts_and_answers_with_the_totals_of_the_sample(demo: Demo) -> None:
    said = (demo.home.folder / "said").read_text()
    assert "/cost checkout last-7d" in said
    assert (demo.home.folder / "token").read_text().strip() in said

    totals = Totals.read(demo.home.folder / "totals.json")
    month = sorted({cell.invoice for cell, _ in totals})[-3]
    invoice = demo.get(
        f"/v1/costs/summary?period={month[:4]}-{month[4:]}&basis=invoice&measure=net"
    )
    net = totals.sum(which=lambda cell: cell.invoice == month)
    assert [Decimal(total["amount"]) for total in invoice["totals"]] == [net]

    usage = demo.get(
        f"/v1/costs/summary?project=checkout&period={month[:4]}-{month[4:]}&group_by=service"
    )
    cost = totals.cost(
        which=lambda cell: cell.project == "checkout" and f"{cell.day:%Y%m}" == month
    )
    assert [Decimal(total["amount"]) for total in usage["totals"]] == [cost]


def test_a_second_start_says_where_things_are_and_starts_nothing(demo: Demo) -> None:
    before = {process.pid for process in demo.processes()}
    again = demo.command("start")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "/cost checkout last-7d" in again.stdout
    assert {process.pid for process in demo.processes()} <= before  # charts end by themselves


def test_its_sync_is_that_of_the_day(demo: Demo) -> None:
    """The schedule doesn't do it again; where the next one's hour has come meanwhile, that."""
    *later, sync = demo.get("/v1/syncs")["items"]
    assert sync["state"] == "done"
    assert sync["period"] not in {each["period"] for each in later}


def test_projects_have_owners_teams_and_channels_in_its_slack(demo: Demo) -> None:
    projects = {one["slug"]: one for one in demo.get("/v1/projects")["items"]}
    checkout = projects["checkout"]
    assert (checkout["owner"], checkout["team"]) == ("U0BEN", "storefront")
    assert checkout["channel"] == "C0CHECKOUT"
    assert all(one["team"] for one in projects.values())


def test_an_answer_is_shared_in_finance(demo: Demo) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (shared := _said(demo, "C0FINANCE", "last month (")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "image" in {block["type"] for block in shared["blocks"]}


def _said(demo: Demo, channel: str, text: str) -> Any:
    """The first message in a channel that says something; None: nobody has yet."""
    found = (m for m in demo.messages(channel, "U0BEN") if text in m["text"])
    return next(found, None)


def test_reports_are_posted_in_finance_and_the_month_s_is_corrected(demo: Demo) -> None:
    """They come after the start: a month's late rows correct its post, with a note under it."""
    found = demo.get("/v1/schedules")["items"]
    assert [(each["kind"], each["latest"]["state"]) for each in found] == [
        ("weekly", "posted"),
        ("monthly", "posted"),
    ]
    assert [each["latest"]["version"] for each in found] == [1, 2]
    deadline = time.monotonic() + START_SECONDS
    while not (note := _said(demo, "C0FINANCE", "*Corrected*: ")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    posts = [m for m in demo.messages("C0FINANCE", "U0BEN") if m["ts"] == note["thread_ts"]]
    assert "up " in posts[0]["text"] or "down " in posts[0]["text"]
    assert "Corrected on" in json.dumps(posts[0]["blocks"])


def test_one_budget_is_over_one_near_one_on_plan(demo: Demo) -> None:
    """The first has its thread: what it crossed, and what came of a change."""
    budgets = {one["subject"]: one["id"] for one in demo.get("/v1/budgets")["items"]}
    told = {name: demo.get(f"/v1/budgets/{id_}/status") for name, id_ in budgets.items()}
    share = {n: Decimal(one["used"]) / Decimal(one["amount"]) for n, one in told.items()}
    assert told["data-platform"]["state"] == "over"
    assert Decimal("0.8") < share["observability"] < 1
    assert share["checkout"] < Decimal("0.8")
    deadline = time.monotonic() + START_SECONDS
    while len(said := demo.messages("C0PLATFORM", "U0BEN")) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    over = next(one for one in said if "data-platform* is over budget" in one["text"])
    reply = next(one for one in said if one.get("thread_ts") == over["ts"] != one["ts"])
    assert "The budget was changed from" in reply["text"]
    assert "100% crossed" in reply["text"]


def test_the_budget_in_breach_is_told_by_mail_too(demo: Demo) -> None:
    """Its page has the alert and, in its thread, what came of the change."""
    page, deadline = f"http://127.0.0.1:{demo.ports.mail}/mails", time.monotonic() + START_SECONDS
    while len(mails := _call(page)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    reply, first = mails[-2:]
    assert first["to"] == "ada@northwind.example"
    assert first["subject"].startswith("Budget of data-platform")
    assert reply["in-reply-to"] == first["message-id"]
    assert first["unsubscribe"].startswith(f"http://127.0.0.1:{demo.ports.product}/unsubscribe/")


def test_what_was_left_running_is_told_in_its_projects_channel(demo: Demo) -> None:
    """As soon as the product has looked for anomalies, which nobody waits for.

    On some days the sample has one of a service of it too.
    """
    deadline = time.monotonic() + START_SECONDS
    while not (
        said := [
            m
            for m in demo.messages("C0CHECKOUT", "U0BEN")
            if m["text"].startswith("*checkout* ") and "more than" in m["text"]
        ]
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (told,) = said
    assert "expected" in told["text"]
    assert "This is the channel of checkout" in json.dumps(told["blocks"])


def test_cost_alone_answers_for_the_channel_s_projects(demo: Demo) -> None:
    demo.say("C0CHECKOUT", "U0BEN", "/cost")
    deadline = time.monotonic() + START_SECONDS
    while not any(
        "payments" in (shown := json.dumps(each)) and "checkout" in shown
        for each in demo.messages("C0CHECKOUT", "U0BEN")
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_late_rows_change_what_it_answers(demo: Demo) -> None:
    come = demo.command("late")
    assert come.returncode == 0, come.stdout + come.stderr
    totals = Totals.read(demo.home.folder / "totals.json")
    days = sorted({cell.day for cell, _ in totals})[-14:]
    answer = demo.get(f"/v1/costs/summary?period={days[0]}..{days[-1]}")
    cost = totals.cost(which=lambda cell: days[0] <= cell.day <= days[-1])
    assert [Decimal(total["amount"]) for total in answer["totals"]] == [cost]


def test_a_command_of_the_product_runs_on_it(demo: Demo) -> None:
    asked = demo.command("cost-tracker", "cost", "checkout", "last-7d", "--json")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert json.loads(asked.stdout)["query"]["projects"] == ["checkout"]


def test_after_a_crash_it_starts_again_with_its_data(demo: Demo) -> None:
    for process in demo.processes():
        process.kill()
    again = demo.command("start")
    assert again.returncode == 0, again.stdout + again.stderr
    assert demo.get("/v1/projects")["items"]


def test_it_ends_and_leaves_nothing_running(demo: Demo) -> None:
    ended = demo.command("stop")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert demo.processes() == []
    assert "not running" in demo.command("status").stdout
    late = demo.command("late")
    assert late.returncode == 1
    assert "The demo isn't running" in late.stderr
