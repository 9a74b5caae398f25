"""Check digits and inner structure of personal numbers; each function takes plain ASCII digits.

Sources: ISO/IEC 7812-1 (Luhn: payment cards, Saudi and Emirates ids), ISO 13616 (IBAN, mod 97), and
the published layouts of the Kuwaiti, Qatari, Bahraini and Egyptian identity numbers.
"""

from __future__ import annotations

import re
from typing import Final

IBAN_LENGTHS: Final = {
    "SA": 24, "AE": 23, "KW": 30, "QA": 29, "BH": 22, "OM": 23, "JO": 30, "LB": 28, "EG": 29, "PS": 29,
    "IQ": 23, "TN": 24, "LY": 25, "SD": 18, "TR": 26, "PK": 24, "GB": 22, "DE": 22, "FR": 27, "ES": 24,
    "IT": 27, "NL": 18,
}  # fmt: skip
# Prefix and length by scheme (ISO/IEC 7812 ranges): Visa, Mastercard, Amex, Diners, JCB, Discover,
# UnionPay, mada's own (9682), Maestro.
_ISSUED: Final = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}|9682\d{12}|"
    r"(?:50|5[6-9]|6\d)\d{11,17}",
    re.ASCII,
)
_KUWAIT_WEIGHTS: Final = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EGYPT_GOVERNORATES: Final = frozenset({*range(1, 5), *range(11, 30), *range(31, 36), 88})
# ISO 3166-1 numeric codes of the nationalities most residents of Qatar hold.
_NATIONALITIES: Final = frozenset(
    """
    004 012 032 036 040 048 050 056 076 104 108 120 124 144 148 156 178 180 196 203 204 208 231 246 250
    270 275 276 288 300 324 348 356 360 364 368 372 376 380 384 392 398 400 404 410 414 422 434 458 462
    466 478 484 504 512 524 528 554 562 566 578 586 608 616 620 634 642 643 646 682 686 694 702 703 704
    706 710 716 724 729 736 752 756 760 764 784 788 792 800 804 818 826 834 840 860 862 887
    """.split()
)  # fmt: skip


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others.

    >>> luhn("4111111111111111")
    True
    """
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = ord(character) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def card(digits: str) -> bool:
    """Whether some scheme issues numbers of this prefix and length, and the Luhn digit is right.

    >>> card("4111111111111111"), card("3399887766554433")
    (True, False)
    """
    return _ISSUED.fullmatch(digits) is not None and luhn(digits)


def iban(code: str) -> bool:
    """Whether an upper-case IBAN without spaces has its country's length and passes mod 97.

    >>> iban("SA0380000000608010167519")
    True
    """
    if len(code) != IBAN_LENGTHS.get(code[:2], -1):
        return False
    turned = code[4:] + code[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def saudi(digits: str) -> bool:
    """Whether ten digits are a Saudi national id (1...) or iqama (2...) with its check digit."""
    return len(digits) == 10 and digits[0] in "12" and luhn(digits)


def emirates(digits: str) -> bool:
    """Whether fifteen digits have an Emirates id's prefix and a year of birth."""
    return len(digits) == 15 and digits.startswith("784") and "1900" <= digits[3:7] <= "2035"


def kuwait(digits: str) -> bool:
    """Whether twelve digits are a Kuwaiti civil id: century, date of birth, check digit (mod 11)."""
    if len(digits) != 12 or digits[0] not in "123" or not _is_date(digits[3:5], digits[5:7]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _KUWAIT_WEIGHTS, strict=False))
    return 11 - total % 11 == int(digits[11])


def qatar(digits: str) -> bool:
    """Whether eleven digits have a Qatari id's layout: century, year, nationality, serial number."""
    return len(digits) == 11 and digits[0] in "23" and digits[3:6] in _NATIONALITIES


def bahrain(digits: str) -> bool:
    """Whether nine digits begin like a Bahraini personal number, with year and month of birth.

    Its check digit's rule is not published, so this alone is weak evidence.
    """
    return len(digits) == 9 and "01" <= digits[2:4] <= "12"


def egypt(digits: str) -> bool:
    """Whether fourteen digits have an Egyptian id's layout: century, date of birth, governorate."""
    shaped = len(digits) == 14 and digits[0] in "23" and _is_date(digits[3:5], digits[5:7])
    return shaped and int(digits[7:9]) in _EGYPT_GOVERNORATES


def _is_date(month: str, day: str) -> bool:
    return "01" <= month <= "12" and "01" <= day <= "31"
