"""Scans of nobody: phantom pictures as DICOM files, for the demo clinic and the tests. Drawn, never taken of a person;
each has DEMO written in it.

The same arguments give the same bytes, so that what is seeded twice is the same study.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

CT, MR, XRAY = "CT", "MR", "DX"
_CLASSES = {
    CT: "1.2.840.10008.5.1.4.1.1.2",
    MR: "1.2.840.10008.5.1.4.1.1.4",
    XRAY: "1.2.840.10008.5.1.4.1.1.1.1",
}
_SIDE = {CT: 256, MR: 192, XRAY: 512}
_BODY = {CT: "HEAD", MR: "KNEE", XRAY: "CHEST"}
_WINDOW = {CT: (40, 400), MR: (600, 1200), XRAY: (2048, 4096)}
_SPACING = {CT: 0.9, MR: 0.8, XRAY: 0.7}


@dataclass(frozen=True)
class Named:
    """Whom the files name. `name` is as DICOM has it: FAMILY^GIVEN."""

    name: str = "DEMO^PHANTOM"
    birth_date: date | None = None
    sex: str = ""
    patient_id: str = ""


def uid(*words: object) -> UID:
    """A UID that is the same for the same words (2.25: made of a UUID)."""
    return UID(f"2.25.{uuid5(NAMESPACE_URL, '/'.join(map(str, words))).int}")


@dataclass(frozen=True)
class Scan:
    """One series. `study` is any word that tells studies apart."""

    kind: str
    of: Named
    study: str
    taken_at: datetime
    number: int = 1
    description: str = ""


def files(scan: Scan, count: int = 12) -> list[bytes]:
    """The series' DICOM files, in order."""
    return [written(dataset(scan, at, count)) for at in range(1, count + 1)]


def written(one: Dataset) -> bytes:
    out = io.BytesIO()
    one.save_as(out, enforce_file_format=True)
    return out.getvalue()


def dataset(scan: Scan, at: int = 1, count: int = 1) -> Dataset:
    """Picture `at` of `count` as pydicom has it, to be changed before it is `written`."""
    kind, of = scan.kind, scan.of
    picture = _picture(scan, at, count)
    one = Dataset()
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.file_meta = meta
    one.SpecificCharacterSet = "ISO_IR 192"
    one.ImageType = ["DERIVED", "SECONDARY"]
    meta.MediaStorageSOPClassUID = one.SOPClassUID = UID(_CLASSES[kind])
    meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID = uid(scan.study, scan.number, at)
    one.StudyInstanceUID, one.SeriesInstanceUID = uid(scan.study), uid(scan.study, scan.number)
    one.StudyDate, one.StudyTime = scan.taken_at.strftime("%Y%m%d"), scan.taken_at.strftime("%H%M%S")
    one.TimezoneOffsetFromUTC = scan.taken_at.strftime("%z") or "+0000"
    one.Modality, one.BodyPartExamined = kind, _BODY[kind]
    one.StudyDescription = f"DEMO {_BODY[kind]} phantom"
    one.SeriesDescription = scan.description or f"DEMO {kind} {scan.number}"
    one.PatientName, one.PatientID, one.PatientSex = of.name, of.patient_id, of.sex
    one.PatientBirthDate = of.birth_date.strftime("%Y%m%d") if of.birth_date else ""
    one.Manufacturer, one.StudyID, one.AccessionNumber = "Demo clinic, drawn by software", "", ""
    one.SeriesNumber, one.InstanceNumber = scan.number, at
    one.Rows, one.Columns = picture.shape
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 16, 15, 1
    one.RescaleIntercept, one.RescaleSlope = 0, 1
    one.WindowCenter, one.WindowWidth = _WINDOW[kind]
    one.PixelSpacing = [_SPACING[kind], _SPACING[kind]]
    one.SliceThickness = 3
    # A chest is looked at from the front, what lies within from below.
    down = [0, 0, -1] if kind == XRAY else [0, 1, 0]
    one.ImagePositionPatient, one.ImageOrientationPatient = [0, 0, 3 * at], [1, 0, 0, *down]
    one.PixelData = picture.astype("<i2").tobytes()
    return one


def _picture(scan: Scan, at: int, count: int) -> NDArray[np.int16]:
    side = _SIDE[scan.kind]
    y, x = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side), indexing="ij")
    noise = np.random.default_rng(at).normal(0, _NOISE[scan.kind], (side, side))
    # Between -1 and 1, also of one more than there are to be: beyond them there is no skull.
    height = at / (max(at, count) + 1) * 2 - 1
    picture = _DRAWN[scan.kind](x, y, height) + noise
    bright = _WINDOW[scan.kind][0] + _WINDOW[scan.kind][1] / 2
    return np.clip(np.where(_label(side), bright, picture), -2000, 8000).astype(np.int16)


def _ct(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """A skull of bone with two chambers, in Hounsfield units."""
    size = 0.85 * np.sqrt(1 - 0.7 * height**2)
    far = np.hypot(x / size, y / (size * 1.1))
    picture = np.where(far < 1, np.where(far < 0.9, 35.0, 900.0), -1000.0)
    for side in (-1, 1):
        chamber = np.hypot((x - side * 0.18) / 0.12, (y + 0.05) / (0.34 * (1 - abs(height)) + 0.01)) < 1
        picture = np.where(chamber & (far < 0.85), 5.0, picture)
    return picture


def _mr(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """Two bones that meet, in soft tissue."""
    tissue = np.where(np.hypot(x / 0.8, y / 1.2) < 1, 350.0, 20.0)
    wide = 0.42 - 0.15 * abs(height)
    bone = (np.abs(x) < wide) & (np.abs(y) > 0.06 + 0.08 * (x / wide) ** 2) & (np.abs(y) < 0.95)
    gap = (np.abs(x) < wide) & ~bone & (np.abs(y) < 0.2)
    return np.where(bone, 900.0, np.where(gap, 1150.0, tissue))


def _xray(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """A chest: two dark lungs, ribs, a spine and the shadow of a heart."""
    picture = np.full_like(x, 2600.0)
    lungs = (np.hypot((np.abs(x) - 0.42) / 0.32, y / 0.72) < 1) & (y < 0.62)
    picture = np.where(lungs, 900.0, picture)
    ribs = lungs & (np.sin((y - 0.35 * np.abs(x)) * 26) > 0.72)
    picture = np.where(ribs, 1700.0, picture)
    picture = np.where(np.hypot((x - 0.16) / 0.3, (y - 0.28) / 0.3) < 1, 2400.0, picture)
    return np.where(np.abs(x) < 0.09, 3300.0 + 200 * np.sin(y * 40), picture) + height


_DRAWN = {CT: _ct, MR: _mr, XRAY: _xray}
_NOISE = {CT: 12.0, MR: 25.0, XRAY: 40.0}


def _label(side: int) -> NDArray[np.bool_]:
    """The word in the upper corner."""
    small = Image.new("1", (42, 12))
    ImageDraw.Draw(small).text((1, 0), "DEMO", fill=1)
    large = small.resize((side // 4, side // 10), Image.Resampling.NEAREST)
    out = np.zeros((side, side), dtype=bool)
    out[4 : 4 + side // 10, 4 : 4 + side // 4] = np.asarray(large)
    return out
