"""How quick chat is: `python -m bench.chat`, or `deploy/with-services python -m bench.chat` for PostgreSQL and Redis.

A real `manage.py serve` on a database of its own that is gone afterwards, 100 conversations, 200 sockets. Both sides of
each write in turn, and whoever gets a message says that it was read, as the portal's page does. Measured by the
clients' clock: from sending to the ack, and to the other side's `message.new`.

    python -m bench.chat --rates 5 500 --seconds 20

A rate is messages a second of all conversations together: 5, and 5 in each of them, which is 500. With `--processes 2`
(which needs Redis) the sockets are spread over two servers, every conversation's two sides over both.
"""

# ruff: noqa: T201 - what it prints is what it is for

import argparse
import asyncio
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from websockets.asyncio.client import ClientConnection, connect

# What has not been heard so long after the last one was sent counts as late (a page would ask for it by HTTP).
LATE_SECONDS = 60
PERCENTS = f"{'p50':>6} {'p95':>6} {'p99':>6}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.chat", description=__doc__.partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=100)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=20, help="how long each rate is held")
    parser.add_argument(
        "--rates", type=int, nargs="+", default=[5, 50, 100, 500], metavar="MESSAGES_A_SECOND"
    )
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    # As in life: DEBUG keeps every query in memory.
    os.environ |= {
        "DEBUG": "false",
        "SECRET_KEY": "bench",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_COOKIES": "false",
    }
    django.setup()
    from django.conf import settings

    if asked.processes > 1 and not settings.REDIS_URL:
        parser.error("several processes hear each other through Redis only: set REDIS_URL")
    with tempfile.TemporaryDirectory(prefix="bench-chat-") as directory, database(Path(directory)) as name:
        from clinic.core.testing.server import RunningServer

        seats = seed(asked.conversations)
        servers = []
        try:
            for number in range(asked.processes):
                own = Path(directory) / str(number)
                own.mkdir()
                servers.append(RunningServer(own, {"DEBUG": "false"}).start())
            print(
                f"{name}, {asked.processes} process(es), {asked.conversations} conversations, {asked.seconds} s each"
            )
            print(f"{'messages':>8} {'':>7}  {'ack, ms':^20}  {'other side, ms':^20} {'':>6} {'server':>7}")
            print(f"{'a second':>8} {'sent':>7}  {PERCENTS}  {PERCENTS} {'late':>6} {'CPU ms':>7}")
            for rate in asked.rates:
                asyncio.run(measure(servers, seats, rate, asked.seconds))
        finally:
            for server in servers:
                server.stop()


@contextmanager
def database(directory: Path) -> Iterator[str]:
    """A test database; SQLite's is on a disk, as in life, not in memory. Yields what it is, in words."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = directory / "bench.sqlite3"
    old_name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0)
    try:
        yield f"{connection.display_name} and {'Redis' if settings.REDIS_URL else 'the in-memory layer'}"
    finally:
        connection.creation.destroy_test_db(old_name, verbosity=0)


@dataclass(frozen=True)
class Seat:
    """One side of a conversation."""

    conversation: str
    user: str
    cookie: str


def seed(conversations: int) -> list[tuple[Seat, Seat]]:
    from accounts.tests.factories import make_doctor, make_patient
    from messaging.tests.factories import make_conversation

    pairs = []
    for number in range(conversations):
        patient = make_patient(f"patient{number:04}@bench.clinic")
        doctor = make_doctor(f"doctor{number:04}@bench.clinic")
        conversation = str(make_conversation(patient, doctor, messages=20).pk)
        pairs.append(tuple(seat(conversation, person) for person in (patient, doctor)))
    return pairs  # type: ignore[return-value]


def seat(conversation: str, person: Any) -> Seat:
    from django.conf import settings

    from clinic.core.testing.browser import session_cookie

    return Seat(conversation, str(person.pk), f"{settings.SESSION_COOKIE_NAME}={session_cookie(person)}")


@dataclass
class Run:
    """What is heard, by client_id; times of `time.perf_counter`."""

    sent: dict[str, float] = field(default_factory=dict)
    acked: dict[str, float] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def is_whole(self) -> bool:
        return len(self.acked) == len(self.arrived) == len(self.sent)


async def measure(servers: list[Any], pairs: list[tuple[Seat, Seat]], rate: int, seconds: int) -> None:
    run = Run()
    seats = [seat for pair in pairs for seat in pair]
    sockets = [
        await opened(server, seat) for server, seat in zip(itertools.cycle(servers), seats, strict=False)
    ]
    listening = [
        asyncio.create_task(listen(run, seat, socket)) for seat, socket in zip(seats, sockets, strict=True)
    ]
    busy_before = cpu_seconds(servers)
    # First every patient in turn, then every doctor.
    order = itertools.cycle([*range(0, len(seats), 2), *range(1, len(seats), 2)])
    started = time.perf_counter()
    for number in range(rate * seconds):
        await asyncio.sleep(max(0, started + number / rate - time.perf_counter()))
        index = next(order)
        client_id = f"{rate}-{number}"
        frame = {"type": "message.send", "conversation": seats[index].conversation, "client_id": client_id}
        run.sent[client_id] = time.perf_counter()
        await sockets[index].send(
            json.dumps({**frame, "text": f"message {client_id}, and some words beside it"})
        )
    deadline = time.perf_counter() + LATE_SECONDS
    while not run.is_whole() and time.perf_counter() < deadline:  # noqa: ASYNC110 - two hundred tasks fill it
        await asyncio.sleep(0.1)
    busy = cpu_seconds(servers) - busy_before
    for task in listening:
        task.cancel()
    await asyncio.gather(*(socket.close() for socket in sockets))
    acks, news = (times(run.sent, heard) for heard in (run.acked, run.arrived))
    late = 2 * len(run.sent) - len(acks) - len(news)
    cost = 1000 * busy / len(run.sent)
    print(f"{rate:>8} {len(run.sent):>7}  {percents(acks)}  {percents(news)} {late:>6} {cost:>7.1f}")
    if run.refused:
        print(f"         refused: {len(run.refused)}, the first one: {run.refused[0]}")


async def opened(server: Any, seat: Seat) -> ClientConnection:
    socket = await connect(
        f"{server.ws_url}/ws/", additional_headers={"Cookie": seat.cookie}, compression=None
    )
    assert json.loads(await socket.recv())["type"] == "ready"
    return socket


async def listen(run: Run, seat: Seat, socket: ClientConnection) -> None:
    async for text in socket:
        now = time.perf_counter()
        frame = json.loads(text)
        if frame["type"] == "message.ack":
            run.acked[frame["client_id"]] = now
        elif frame["type"] == "error":
            run.refused.append(text if isinstance(text, str) else "")
        elif frame["type"] == "message.new" and frame["message"]["conversation"] == seat.conversation:
            if frame["message"]["sender"]["id"] == seat.user:
                continue
            run.arrived[frame["message"]["client_id"]] = now
            mark = {"type": "message.read", "conversation": seat.conversation, "seq": frame["message"]["seq"]}
            await socket.send(json.dumps(mark))


def times(sent: dict[str, float], heard: dict[str, float]) -> list[float]:
    return [1000 * (heard[client_id] - sent[client_id]) for client_id in heard]


def percents(found: list[float]) -> str:
    """As many columns as PERCENTS."""
    if len(found) < 2:
        return f"{'-':>6} {'-':>6} {'-':>6}"
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return " ".join(
        f"{cuts[percent - 1]:>6.{0 if cuts[percent - 1] >= 100 else 1}f}" for percent in (50, 95, 99)
    )


def cpu_seconds(servers: list[Any]) -> float:
    """Of the server processes until now; 0 where there is no /proc."""
    try:
        stats = [Path(f"/proc/{server.pid}/stat").read_text() for server in servers]
    except OSError:
        return 0
    ticks = [numbers.rpartition(")")[2].split()[11:13] for numbers in stats]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
