import pytest

from voc.errors import InputError
from voc.evaluate import pii


def test_counts_what_was_masked_and_what_should_have_been():
    texts = ["اتصلوا بي على 0501234567", "nothing personal here, 10/10", "mail sara@example.com please"]
    found = pii.evaluate(texts, ["PHONE:0501234567", "", "EMAIL:sara@example.com"])
    assert (found.details, found.found, found.masked, found.right) == (2, 2, 2, 2)
    assert (found.recall, found.precision) == (1.0, 1.0)


def test_missed_details_and_wrong_masks_lower_the_figures():
    found = pii.evaluate(["call 0501234567", "my dog is Rex"], ["", "NAME:Rex"])
    assert found.precision == 0.0
    assert found.recall == 0.0
    assert found.missed == {"NAME": 1}


@pytest.mark.parametrize(
    ("label", "words"),
    [("0501234567", "KIND:detail"), ("PET:Rex", "kinds are"), ("PHONE:999", "not in its text")],
)
def test_labels_that_cannot_be_are_named(label, words):
    with pytest.raises(InputError, match=words):
        pii.evaluate(["call 0501234567"], [label])
