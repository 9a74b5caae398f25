"""Written cases for redaction: hand-written ones from privacy_cases.yaml, and generated ones.

A case is a comment with its personal details marked as ``{KIND:detail}``. Generated details follow
the real rules (check digits included) and are invented; generation is seeded, so the cases are fixed.
"""

import random
import re
from pathlib import Path

import yaml

MARK = re.compile(r"\{(ID|IBAN|CARD|PHONE|EMAIL|HANDLE|PLATE|NAME):([^{}]+)\}")


def parse(marked):
    """A marked comment -> (plain text, [(start, end, kind)])."""
    text, spans, done = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[done : match.start()]
        spans.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        done = match.end()
    return text + marked[done:], spans


def written(name="privacy_cases.yaml"):
    cases = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return [case for group in cases.values() for case in group]


def luhn_complete(body):
    for last in "0123456789":
        total = 0
        for place, digit in enumerate(reversed(body + last)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return body + last
    raise AssertionError


def digits(rng, n):
    return "".join(rng.choice("0123456789") for _ in range(n))


def birth(rng):
    return f"{rng.randrange(60, 99):02}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"


def saudi_id(rng):
    return luhn_complete(rng.choice("12") + digits(rng, 8))


def emirates_id(rng):
    number = luhn_complete("784" + str(rng.randrange(1950, 2010)) + digits(rng, 7))
    return rng.choice([number, f"{number[:3]}-{number[3:7]}-{number[7:14]}-{number[14]}"])


def kuwait_id(rng):
    while True:
        body = "2" + birth(rng) + digits(rng, 4)
        weights = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        check = 11 - sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
        if check < 10:
            return body + str(check)


def qatar_id(rng):
    return (
        rng.choice("23")
        + f"{rng.randrange(0, 99):02}"
        + rng.choice(["634", "356", "818", "586"])
        + digits(rng, 5)
    )


def egypt_id(rng):
    return "2" + birth(rng) + rng.choice(["01", "02", "21", "12", "88"]) + digits(rng, 5)


def iban(rng):
    lengths = {"SA": 24, "AE": 23, "KW": 30, "QA": 29, "BH": 22, "OM": 23, "JO": 30}
    country, length = rng.choice(list(lengths.items()))
    bban = digits(rng, length - 4)
    turned = "".join(str(int(c, 36)) for c in bban + country + "00")
    code = f"{country}{98 - int(turned) % 97:02}{bban}"
    grouped = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
    return rng.choice([code, grouped, grouped.replace(" ", "-"), code.lower()])


def card(rng):
    prefix = rng.choice(["4", "51", "55", "5888", "6051"])
    number = luhn_complete(prefix + digits(rng, 15 - len(prefix)))
    grouped = [number[i : i + 4] for i in range(0, 16, 4)]
    return rng.choice([number, " ".join(grouped), "-".join(grouped)])


def phone(rng):
    local = rng.choice(["50", "53", "54", "55", "56", "57", "58", "59"]) + digits(rng, 7)
    saudi = rng.choice(
        [f"0{local}", f"+966{local}", f"00966{local}", f"966{local}",
         f"0{local[:2]} {local[2:5]} {local[5:]}",
         f"+966 {local[:2]} {local[2:5]} {local[5:]}", f"0{local[:2]}-{local[2:5]}-{local[5:]}",
         f"(+966) {local[:2]}-{local[2:]}", f"+966-{local}", f"00966 {local}", f"0{local[:4]} {local[4:]}",
         f"01{rng.choice('1234567')}{digits(rng, 7)}"]
    )  # fmt: skip
    other = rng.choice(
        [f"+971 5{rng.choice('0245')} {digits(rng, 7)}", f"+965 {rng.choice('569')}{digits(rng, 7)}",
         f"00974{rng.choice('3567')}{digits(rng, 7)}", f"+973 3{digits(rng, 7)}", f"+9689{digits(rng, 7)}",
         f"+20 1{rng.choice('0125')}{digits(rng, 8)}", f"01{rng.choice('0125')}{digits(rng, 8)}",
         f"+962 7{rng.choice('789')} {digits(rng, 3)} {digits(rng, 4)}",
         f"07{rng.choice('789')}{digits(rng, 7)}",
         f"+961 3 {digits(rng, 3)} {digits(rng, 3)}", f"0096477{digits(rng, 8)}", f"+212 6{digits(rng, 8)}"]
    )  # fmt: skip
    return rng.choice([saudi, saudi, other])


def email(rng):
    user = rng.choice(["sara.ali", "m_khalid", "nora1990", "abu.fahad", "lina-h", "omar", "r.k.77"])
    return f"{user}@{rng.choice(['gmail.com', 'hotmail.com', 'example.com.sa', 'mail.example.org'])}"


def handle(rng):
    return "@" + rng.choice(["sara_q", "abu_fahad99", "nora.k", "Customer_Care", "omar2020", "xz_17", "hala"])


def plate(rng):
    letters = rng.choice(["أ ب ح", "د ر س", "ك ل م", "ن هـ و", "ط ع ق", "A B J", "K L Z", "R S T"])
    return f"{letters} {rng.randrange(1, 10000)}"


def name(rng):
    if rng.random() < 0.6:
        given = rng.choice(["محمد", "نورة", "عبدالله", "سارة", "فهد", "مها", "خالد", "ريم", "تركي", "هند"])
        return given + rng.choice(["", " العتيبي", " القحطاني", " بن علي", " الشهري", " احمد"])
    given = rng.choice(["Mohammed", "Sara", "Khalid", "Fatima", "Omar", "Noura", "Ahmed", "Layla"])
    return given + rng.choice(["", " Alharbi", " Hassan", " Ali", " Al-Otaibi"])


MAKERS = {
    "PHONE": [phone],
    "ID": [saudi_id, saudi_id, emirates_id, kuwait_id, qatar_id, egypt_id],
    "IBAN": [iban],
    "CARD": [card],
    "EMAIL": [email],
    "HANDLE": [handle],
    "PLATE": [plate],
    "NAME": [name],
}
FRAMES = yaml.safe_load(Path(__file__).with_name("privacy_frames.yaml").read_text(encoding="utf-8"))


def generate(n=1000, seed=20_240_101):
    """`n` marked comments, about two thirds of them with a personal detail."""
    rng = random.Random(seed)
    return [one(rng) for _ in range(n)]


def one(rng):
    if rng.random() < 0.34:
        frame = rng.choice(FRAMES["without"])
        order = [
            digits(rng, 6),
            digits(rng, 8),
            "1" + digits(rng, 9),
            "7" + digits(rng, 11),
            "9" + digits(rng, 8),
        ]
        values = {
            "p": str(rng.randrange(20, 9000)),
            "o": rng.choice(order),
            "m": str(rng.randrange(2, 90)),
            "r": str(rng.randrange(0, 10)),
            "d": f"{rng.randrange(1, 29)}/{rng.randrange(1, 13)}/{rng.randrange(2019, 2026)}",
            "c": str(rng.randrange(2, 99)),
            "t": f"{rng.randrange(1, 12)}:{rng.randrange(10, 59)}",
            "y": str(rng.randrange(1995, 2026)),
            "z": digits(rng, 3),
        }
        return localized(rng, frame.format(**values))
    kind = rng.choice(list(MAKERS))
    detail = rng.choice(MAKERS[kind])(rng)
    if kind in {"PHONE", "ID", "CARD", "PLATE", "IBAN"} and not re.search("[A-Za-z]", detail):
        detail = localized(rng, detail)
    if kind in {"PHONE", "ID", "CARD"} and rng.random() < 0.1:  # invisible direction marks inside
        middle = len(detail) // 2
        detail = detail[:middle] + rng.choice(["\u200f", "\u200e", "\u2068", "\u200b"]) + detail[middle:]
    return rng.choice(FRAMES["with"][kind]).format(f"{{{kind}:{detail}}}")


def localized(rng, text):
    """The text with its digits in Latin, Arabic-Indic or, now and then, Persian form."""
    table = rng.choice([None, None, 0x0660, 0x0660, 0x06F0])
    return text if table is None else text.translate({0x30 + i: table + i for i in range(10)})
