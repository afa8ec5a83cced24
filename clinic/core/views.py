"""Health for supervisors and load balancers."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_tasks_db.models import DBTaskResult

OLDEST_WAITING_TASK = timedelta(minutes=10)
LEAST_FREE_BYTES = 200 * 1024 * 1024


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """What this process needs is there: 200, or 503 with the name of what is not."""
    checks = {name: _passes(check) for name, check in CHECKS.items()}
    ready = all(checks.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "checks": checks}, status=200 if ready else 503
    )


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _channel_layer() -> bool:
    async def round_trip() -> bool:
        layer = get_channel_layer()
        assert layer is not None
        channel = await layer.new_channel("ready.")
        await layer.send(channel, {"type": "ready"})
        return (await layer.receive(channel))["type"] == "ready"

    return async_to_sync(round_trip)()


def _task_queue() -> bool:
    now = timezone.now()
    due = now - OLDEST_WAITING_TASK
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=due)
    # A task for at once carries the latest possible date; one for a set time may have come due just now.
    return not waiting.exclude(run_after__range=(due, now)).exists()


def _disk() -> bool:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT):
        return shutil.disk_usage(settings.MEDIA_ROOT).free > LEAST_FREE_BYTES


CHECKS = {"database": _database, "channel_layer": _channel_layer, "task_queue": _task_queue, "disk": _disk}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "not_found", "detail": "Not found.", "fields": {}}, status=404)
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"code": "server_error", "detail": "Something broke here.", "fields": {}}, status=500
        )
    return render(request, "errors/500.html", status=500)
