"""The pictures of a series in the order in which they lie in the body, whatever their numbers say."""

import warnings
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from records.domain.imaging.order import in_order
from records.models import ImagingInstance, ImagingStudy
from records.tests.dicom import bring, dataset, known, scan, written, zipped
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist


def lying(number: int, position: float | None, **fields: Any) -> ImagingInstance:
    return ImagingInstance(
        number=number, uid=f"1.{number}", position=position, **{"plane": "axial", **fields}
    )


def places(*instances: ImagingInstance) -> list[float | None]:
    return [one.position for one in in_order(instances)]


def test_places_order_and_numbers_give_the_direction() -> None:
    assert places(lying(1, 9), lying(2, 3), lying(3, 6)) == [9, 6, 3]
    assert places(lying(1, 3), lying(2, 9), lying(3, 6)) == [3, 6, 9]
    assert places(lying(0, 6), lying(0, 9), lying(0, 3)) == [3, 6, 9]


@pytest.mark.parametrize(
    "odd",
    [{"position": None}, {"position": 6}, {"plane": "sagittal"}, {"frames": 12}],
    ids=["no place", "two moments", "two planes", "frames"],
)
def test_numbers_order_where_places_do_not_tell(odd: dict[str, Any]) -> None:
    jumping = [lying(2, 9), lying(3, 6), lying(1, **{"position": 8.0, **odd})]
    assert [one.number for one in in_order(jumping)] == [1, 2, 3]


@pytest.mark.django_db
def test_the_viewer_is_told_of_slices_as_they_lie(patient: User, client: Client) -> None:
    radiologist = make_radiologist()
    report = make_imaging_report(known(patient), radiologist, status="acquired")
    contents = []
    for at, number in ((1, 1), (2, 4), (3, 2), (4, 7)):
        one = dataset(scan(), at, 4)
        one.InstanceNumber = number
        # Tilted by 30 degrees: no single coordinate gives the order.
        one.ImagePositionPatient, one.ImageOrientationPatient = (
            [0, -1.5 * at, 2.598 * at],
            [1, 0, 0, 0, 0.866, 0.5],
        )
        contents.append(written(one))
    bring(report, zipped((str(at), content) for at, content in enumerate(contents)), by=radiologist)
    client.force_login(radiologist)
    told = client.get(reverse("imaging_series", args=[ImagingStudy.objects.get().pk])).json()
    assert [one["number"] for one in told["series"][0]["instances"]] == [1, 4, 2, 7]
    stored = ImagingInstance.objects.order_by("position").values_list("position", flat=True)
    assert list(stored) == pytest.approx([3, 6, 9, 12], abs=0.01)


def test_a_picture_more_than_there_are_to_be_is_drawn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert dataset(scan(), 7, 1).PixelData
