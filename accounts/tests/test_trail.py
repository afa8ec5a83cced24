"""The activity trail: appended, chained, refused to whoever would change it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import Activity, ActivityHead, User, append_only
from clinic.core import address

V = ActivityVerb


def put(count: int, **fields: Any) -> None:
    for _number in range(count):
        trail.record(V.RECORD_READ, **{"actor": None, **fields})


@pytest.mark.django_db
def test_a_row_says_who_what_whose_and_nothing_of_the_content(doctor: User, patient: User) -> None:
    trail.record(
        V.PROFILE_CHANGED,
        actor=doctor,
        target=patient,
        patient=patient,
        changed={"phone", "address"},
        reason="  two\n\x00words " + "x" * 600,
    )
    row = Activity.objects.get()
    assert (row.actor, row.role, row.verb) == (doctor, "doctor", V.PROFILE_CHANGED)
    assert (row.target_type, row.target_id, row.patient) == ("accounts.user", str(patient.pk), patient)
    assert row.changed == ["address", "phone"]
    assert row.reason.startswith("two words xxx")
    assert len(row.reason) == 500
    assert row.address is None


@pytest.mark.django_db
def test_nobody_is_the_portal_itself() -> None:
    from django.contrib.auth.models import AnonymousUser

    trail.record(V.LOGIN_FAILED, actor=AnonymousUser())
    row = Activity.objects.get()
    assert (row.actor, row.role, row.patient, row.target_id) == (None, "", None, "")


@pytest.mark.django_db
def test_recording_takes_one_insert(
    doctor: User, patient: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    """In a transaction, the sealing comes after its commit: head, rows, one update each, head."""
    with django_assert_num_queries(1):
        trail.record(V.RECORD_READ, actor=doctor, target=patient, patient=patient)
    trail.seal()
    trail.record(V.RECORD_READ, actor=doctor, target=patient, patient=patient)
    with django_assert_num_queries(7):  # two of them open and close a savepoint
        trail.seal()
    with django_assert_num_queries(1):
        trail.record_each(V.NOTE_READ, actor=doctor, about=[(patient, patient)] * 5)
    assert Activity.objects.count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_row() -> None:
    put(1)
    with transaction.atomic():
        put(1)
        transaction.set_rollback(True)
    put(1)
    assert list(Activity.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_each_row_is_sealed_once_its_transaction_has_committed() -> None:
    with transaction.atomic():
        put(3)
        assert Activity.objects.filter(seq=None).count() == 3
        assert len(connection.run_on_commit) == 1
    assert list(Activity.objects.order_by("id").values_list("seq", flat=True)) == [1, 2, 3]
    assert len(set(Activity.objects.values_list("hash", flat=True))) == 3
    assert trail.verify() == trail.Verdict(checked=3, broken=None, unguarded=[])


@pytest.mark.django_db(transaction=True)
def test_a_sealing_that_failed_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(trail, "locked_head", lambda: 1 / 0)
        with transaction.atomic():
            put(2)
    assert Activity.objects.filter(seq=None).count() == 2
    put(1)
    assert list(Activity.objects.order_by("id").values_list("seq", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_one_chain_without_gap(doctor: User, patient: User) -> None:
    def work(number: int) -> None:
        try:
            for turn in range(5):
                if number % 2:
                    with transaction.atomic():
                        trail.record(V.RECORD_READ, actor=doctor, patient=patient, reason=f"{number}.{turn}")
                        trail.record(V.NOTE_READ, actor=doctor, patient=patient, reason=f"{number}.{turn}")
                else:
                    trail.record(V.RECORD_READ, actor=doctor, patient=patient, reason=f"{number}.{turn}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(work, range(20)))
    assert Activity.objects.count() == 10 * 5 * 2 + 10 * 5
    assert list(Activity.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 151))
    assert trail.verify() == trail.Verdict(checked=150, broken=None, unguarded=[])


# --- Refused by the database ---

CHANGES = [
    "UPDATE accounts_activity SET reason = 'other' WHERE seq = 1",
    "UPDATE accounts_activity SET seq = 7 WHERE seq = 1",
    "UPDATE accounts_activity SET hash = '' WHERE seq = 1",
    "DELETE FROM accounts_activity WHERE seq = 1",
    "DELETE FROM accounts_activity",
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_a_sealed_row(change: str) -> None:
    put(2)
    trail.seal()
    before = list(Activity.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert list(Activity.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "SET reason = 'other'",
        "SET seq = 1, hash = 'x', verb = 'other'",
        "SET hash = 'x'",
        "SET seq = 1, actor_id = NULL",
    ],
)
def test_a_row_that_waits_for_its_seal_changes_in_nothing_else(change: str, doctor: User) -> None:
    put(1, actor=doctor)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_activity {change}")


@pytest.mark.django_db
def test_the_database_refuses_to_replace_or_empty() -> None:
    put(1)
    trail.seal()
    if connection.vendor == "sqlite":
        sql = "INSERT OR REPLACE INTO accounts_activity SELECT * FROM accounts_activity"
    else:
        sql = "TRUNCATE accounts_activity"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_models_can_neither_save_nor_delete_a_row() -> None:
    put(1)
    trail.seal()
    row = Activity.objects.get()
    row.reason = "other"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


@pytest.mark.django_db
def test_people_in_the_trail_stay(doctor: User) -> None:
    from django.db.models import ProtectedError

    put(1, actor=doctor)
    with pytest.raises(ProtectedError):
        User.objects.filter(pk=doctor.pk).delete()


# --- Found by verify_trail ---

TAMPERING = [
    ("UPDATE accounts_activity SET reason = 'other' WHERE seq = 3", 3),
    ("UPDATE accounts_activity SET actor_id = NULL WHERE seq = 2", 2),
    ("UPDATE accounts_activity SET changed = '[\"x\"]' WHERE seq = 4", 4),
    ("DELETE FROM accounts_activity WHERE seq = 1", 1),
    ("DELETE FROM accounts_activity WHERE seq = 3", 3),
    ("DELETE FROM accounts_activity WHERE seq = 5", 5),
    ("DELETE FROM accounts_activity", 1),
    ("UPDATE accounts_activityhead SET seq = 4", 4),
    ("UPDATE accounts_activityhead SET hash = 'x'", 5),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "broken"), TAMPERING)
def test_verify_trail_names_the_first_broken_number(change: str, broken: int, doctor: User) -> None:
    put(5, actor=doctor)
    out = StringIO()
    call_command("verify_trail", stdout=out)
    assert "All 5 rows hold" in out.getvalue()
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(change)
    append_only.install(connection)
    with pytest.raises(CommandError, match=f"broken at number {broken}") as refused:
        call_command("verify_trail")
    assert refused.value.returncode == 1
    head = ActivityHead.objects.get()
    assert (head.checked_seq, head.broken_seq) == (broken - 1, broken)


@pytest.mark.django_db
def test_verify_trail_misses_its_triggers() -> None:
    put(1)
    append_only.remove(connection)
    with pytest.raises(CommandError, match="activity_no_delete"):
        call_command("verify_trail")
    append_only.install(connection)
    call_command("verify_trail", stdout=StringIO())


# --- From where ---


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "192.0.2.9"),
        (0, "203.0.113.5", "192.0.2.9"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "10.0.0.1, 203.0.113.5", "203.0.113.5"),
        (2, "10.0.0.1, 203.0.113.5, 198.51.100.7", "203.0.113.5"),
        (1, "", "192.0.2.9"),
        (1, "<script>", None),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Any, proxies: int, forwarded: str, expected: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address.of("192.0.2.9", forwarded) == expected


@pytest.mark.django_db
def test_the_address_of_the_request_is_kept_and_forgotten(client: Any, patient: User) -> None:
    client.force_login(patient)
    client.post("/profile/log-out-everywhere/", REMOTE_ADDR="192.0.2.44")
    assert Activity.objects.filter(verb=V.LOGGED_OUT_EVERYWHERE).get().address == "192.0.2.44"
    assert address.current() is None
