"""What may be sent as pictures and is none, or is made to break what reads it: told kindly, and nothing is left."""

import io
import stat
import struct
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from accounts.models import User
from clinic.core.errors import Infected
from records.domain.imaging import arriving, child, tags, unpacking
from records.models import ImagingInstance, ImagingReport, ImagingStudy, ImagingUpload
from records.tests.dicom import ASHA, Named, bring, dataset, files, known, scan, series_zip, written, zipped
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist

ONE = files(scan(), 1)[0]


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def report(patient: User, radiologist: User) -> ImagingReport:
    return make_imaging_report(known(patient), radiologist, status="acquired")


def left_on_disk(settings: Any) -> list[Path]:
    folders = (Path(settings.MEDIA_ROOT) / name for name in ("imaging", "imaging-incoming"))
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def link(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry, to.encode()


def dicomdir() -> bytes:
    one = dataset(scan())
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = pydicom.uid.UID(tags.DICOMDIR)
    return written(one)


def with_password(content: bytes) -> bytes:
    """The flag of encryption in both of the places where it stands."""
    out = bytearray(zipped([("a", content)]))
    out[6] |= 1
    out[out.index(b"PK\x01\x02") + 8] |= 1
    return bytes(out)


def bomb(megabytes: int) -> bytes:
    """Nothing but zeros after a DICOM's beginning."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.dcm", "w") as entry:
        entry.write(ONE)
        for _ in range(megabytes):
            entry.write(bytes(1024**2))
    return out.getvalue()


def lying(content: bytes) -> bytes:
    """An archive that says its file has one byte."""
    out = bytearray(content)
    at = out.index(b"PK\x01\x02")
    out[at + 24 : at + 28] = struct.pack("<I", 1)
    return bytes(out)


@pytest.mark.django_db
def test_what_lies_between_the_pictures_is_left_out(
    report: ImagingReport, radiologist: User, settings: Any, tmp_path: Path
) -> None:
    no_picture = dataset(scan(), 7)
    del no_picture.PixelData
    entries: list[tuple[Any, bytes]] = [
        ("../../../outside.dcm", ONE),
        ("/etc/passwd", b"root:x:0:0"),
        ("DICOMDIR", dicomdir()),
        ("VIEWER.EXE", b"MZ" + bytes(500)),
        ("short", b"x"),
        ("empty", b""),
        ("within.zip", series_zip()),
        ("again/IM1", ONE),
        ("other/IM1", files(scan(of=Named("GURUNG^ASHA", ASHA.birth_date, "F")), 1)[0]),
        ("cut", files(scan(), 4)[3][:-500]),
        ("cut/early", ONE[:300]),
        ("report", written(no_picture)),
        ("folder/", b""),
        link("link.dcm", "../../../../etc/passwd"),
    ]
    upload = bring(report, zipped(entries), by=radiologist)
    assert (upload.state, upload.found["added"]) == ("done", 1)
    assert upload.found["skipped"] == {
        "other": 4,
        "dicomdir": 1,
        "nested": 1,
        "twice": 1,
        "conflicting": 1,
        "damaged": 2,
        "no_pictures": 1,
        "link": 1,
    }
    [path] = left_on_disk(settings)
    assert path.read_bytes() == ONE
    assert not list(tmp_path.rglob("outside*"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zipped([("a.txt", b"Hello"), ("b.jpg", b"\xff\xd8\xff" + bytes(200))]), "nothing"),
        (zipped([("in.zip", series_zip())]), "nothing"),
        (zipped([("DICOMDIR", dicomdir())]), "nothing"),
        (zipped([]) + bytes(200), "no such"),
        (with_password(ONE), "password"),
        (series_zip()[:-200], "damaged"),
        (ONE[:-9000], "damaged"),
        (ONE[:200], "damaged"),
        (bytes(128) + b"DICM" + bytes(5000), "damaged"),
        (zipped((f"{at}", b"") for at in range(child.ENTRIES_MAX + 1)), "too_many"),
        (bomb(100), "too_much"),
        (lying(bomb(100)), "damaged"),
    ],
    ids=[
        "no DICOM", "nested", "DICOMDIR alone", "empty zip", "password", "cut zip", "cut file", "cut head", "zeros",
        "many", "bomb", "lying bomb",
    ],
)  # fmt: skip
def test_what_is_no_study_is_refused_with_why(
    content: bytes, why: str, report: ImagingReport, radiologist: User, settings: Any
) -> None:
    if why == "no such":
        # An empty zip does not begin as one with files, and is refused with its first part.
        assert not arriving.may_hold_pictures(content[:64])
        return
    upload = bring(report, content, by=radiologist)
    assert (upload.state, upload.failure) == ("failed", why)
    assert str(arriving.FAILURES[why])
    assert not ImagingStudy.objects.exists()
    assert left_on_disk(settings) == []


@pytest.mark.django_db
def test_compressed_files_are_kept_as_they_came(report: ImagingReport, radiologist: User) -> None:
    packed = dataset(scan("packed"))
    packed.file_meta.TransferSyntaxUID = JPEG2000Lossless
    packed.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51" + bytes(96)])
    packed["PixelData"].is_undefined_length = True
    deflated, implicit = dataset(scan("deflated")), dataset(scan("implicit"))
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    contents = [written(one) for one in (packed, deflated, implicit)]
    upload = bring(report, zipped((str(at), one) for at, one in enumerate(contents)), by=radiologist)
    assert (upload.found["added"], upload.found["studies"]) == (3, 3)
    kept = {one.transfer_syntax: one.file.read() for one in ImagingInstance.objects.all()}
    assert kept[JPEG2000Lossless] == contents[0]
    assert set(kept) == {JPEG2000Lossless, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian}
    # Cut off, a compressed one is found out too.
    cut = bring(report, zipped([("a", contents[0][:-30])]), by=radiologist)
    assert cut.failure == "damaged"


@pytest.mark.django_db
def test_odd_values_break_nothing(report: ImagingReport, radiologist: User) -> None:
    one = dataset(scan())
    one.StudyDate, one.StudyTime = "19990230", "999999"
    one.WindowCenter, one.WindowWidth = [40, 600], [400, 1600]
    one.StudyDescription = "X" * 60 + "\r\n\x07" + "आँखा"
    one.PatientName = "गुरुङ^आशा" + "^" * 4
    content = written(one).replace(b"19900517", b"1990.5.1")
    assert bring(report, content, by=radiologist).state == "done"
    study = ImagingStudy.objects.get()
    assert (study.started_at, study.found_birth_date, study.state) == (None, None, "other_person")
    assert study.found_name.startswith("गुरुङ^आशा")
    assert study.series.get().window_center == 40


@pytest.mark.django_db
def test_numbers_beyond_measure_cost_one_file_alone(report: ImagingReport, radiologist: User) -> None:
    """Billions of frames, each of which the viewer would keep a place for; fewer than no rows; a length of 4 GB; a way
    of packing that no database stores."""
    film = dataset(scan("film"))
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless
    film.NumberOfFrames = 2**31 - 1
    film.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51" + bytes(96)])
    film["PixelData"].is_undefined_length = True
    shrunk = written(dataset(scan("shrunk"))).replace(
        b"\x28\x00\x10\x00US\x02\x00\x00\x01", b"\x28\x00\x10\x00IS\x02\x00-1"
    )
    long = ONE.replace(b"\x08\x00\x60\x00CS\x02\x00", b"\x08\x00\x60\x00UN\x00\x00\xfe\xff\xff\xff")
    odd = written(dataset(scan("odd"))).replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1\x002.1\x00")
    assert len({ONE, long}) == 2
    contents = [written(film), shrunk, long, odd, ONE]
    upload = bring(report, zipped((str(at), one) for at, one in enumerate(contents)), by=radiologist)
    assert upload.state == "done"
    assert upload.found["skipped"] == {"damaged": 2, "no_pictures": 1}
    assert {one.frames for one in ImagingInstance.objects.all()} == {1}
    assert {one.transfer_syntax for one in ImagingInstance.objects.all()} == {
        ExplicitVRLittleEndian,
        "1.2.840.10008.1 2.1",
    }


@pytest.mark.django_db
def test_a_file_the_scanner_knows_takes_all_along(
    report: ImagingReport, radiologist: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan_it(file: Any) -> None:
        raise Infected

    monkeypatch.setattr(arriving.scanning, "scan", scan_it)
    assert bring(report, series_zip(), by=radiologist).failure == "infected"
    assert left_on_disk(settings) == []


@pytest.mark.django_db
def test_two_people_in_one_study_are_looked_at(report: ImagingReport, radiologist: User) -> None:
    stranger = files(scan(of=Named("RAI^BIKASH", date(1970, 1, 1), "M")), 4)[3]
    upload = bring(report, zipped([("1", files(scan(), 1)[0]), ("4", stranger)]), by=radiologist)
    assert upload.found["added"] == 2
    study = ImagingStudy.objects.get()
    assert (study.state, study.found_name) == ("other_person", "RAI^BIKASH")


def test_the_process_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory, by its own bound: a deflated data set that unfolds to gigabytes ends as a damaged file. No secret of the
    portal is in its environment."""
    import zlib

    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # Flushed, a piece stands alone: two gigabytes are one of them again and again.
    megabyte = squeeze.compress(bytes(1024**2)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    body = megabyte * 2048 + squeeze.flush()
    one = dataset(scan())
    one.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    head = written(one)
    at = head.index(b"1.2.840.10008.1.2.1.99") + 22
    source, folder = tmp_path / "sent", tmp_path / "out"
    folder.mkdir()
    source.write_bytes(zipped([("a", head[: at + at % 2] + body), ("b", ONE)]))
    seen: dict[str, Any] = {}
    run = unpacking.subprocess.run

    def watched(*args: Any, **words: Any) -> Any:
        seen.update(words["env"])
        return run(*args, **words)

    monkeypatch.setattr(unpacking.subprocess, "run", watched)
    unpacked = unpacking.unpack(source, folder)
    assert (len(unpacked.files), unpacked.skipped) == (1, {"damaged": 1})
    assert not {"SECRET_KEY", "DATABASE_URL", "PYTHONPATH"} & set(seen)


@pytest.mark.django_db
def test_a_reader_that_dies_is_told(
    report: ImagingReport, radiologist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking.sys, "executable", "/bin/false")
    upload: ImagingUpload = bring(report, series_zip(), by=radiologist)
    assert (upload.state, upload.failure) == ("failed", "damaged")
