"""One process for one machine: the ASGI server and, in two threads, the background workers: one for what takes long
(the queue `slow`: a model's answer, reading a scan), one for all else, so that no reminder or alarm waits for it.

With the in-memory channel layer a separate worker could not reach the sockets; here it can.
A cluster runs `daphne` and `manage.py db_worker` apart, with Redis between them.
"""

import logging
import os
import sys
import threading
import time
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.core.management.base import BaseCommand, CommandParser
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from clinic.core import realtime

logger = logging.getLogger(__name__)

SLOW = "slow"

# The task that runs when the server is told to stop may take this long to end well.
LAST_TASK_SECONDS = 5


class TaskThread(threading.Thread):
    """Runs tasks until the process ends; a database that is away for a while does not end it."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__(name="slow tasks" if slow else "tasks", daemon=True)
        self._slow = slow
        self._worker = new_worker(slow=slow)
        self._stopping = False

    def run(self) -> None:
        while not self._stopping:
            try:
                self._worker.run()
            except Exception:
                logger.exception("the task worker stopped; starting it again")
                time.sleep(5)
                self._worker = new_worker(slow=self._slow)

    def take_no_more(self) -> None:
        self._stopping = True
        self._worker.running = False

    def finish(self) -> None:
        """Take no further task, and let the one that runs come to its end: cut off, it would stay `running`."""
        self.take_no_more()
        deadline = time.monotonic() + LAST_TASK_SECONDS
        time.sleep(0.05)  # one that is being claimed begins
        while self._worker.running_task and time.monotonic() < deadline:
            time.sleep(0.02)


class Command(BaseCommand):
    help = "Serve the portal and run its background tasks in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        from clinic.asgi import application

        tasks = [TaskThread(slow=False), TaskThread(slow=True)]
        server = Server(
            application,
            endpoints=build_endpoint_description_strings(host=options["host"], port=options["port"]),
            ready_callable=lambda: self._ready(options, tasks),
            server_name="clinic",
        )
        server.run()
        for thread in tasks:
            thread.take_no_more()
        for thread in tasks:
            thread.finish()
        # A request that was cut off waits in its thread for the loop that has just ended, and Python would wait for
        # that thread.
        sys.stdout.flush()
        logging.shutdown()
        os._exit(0)

    def _ready(self, options: dict[str, Any], tasks: list[TaskThread]) -> None:
        from twisted.internet import reactor

        realtime.use_server_loop(reactor._asyncioEventloop)  # type: ignore[attr-defined]
        for thread in tasks:
            thread.start()
        self.stdout.write(f"Serving on http://{options['host']}:{options['port']}")
        self.stdout.flush()


def new_worker(*, batch: bool = False, slow: bool | None = None) -> Worker:
    """A worker for every queue, for the slow one only or for all but that; with `batch` it stops when nothing is
    due."""
    return Worker(
        queue_names=[SLOW] if slow else ["*"],
        interval=1,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[SLOW] if slow is False else [],
    )
