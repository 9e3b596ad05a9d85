"""Invented secrets and contacts, planted in invented prompts and answers. Every call gives the same."""

from __future__ import annotations

import base64
import random
import string
from dataclasses import dataclass

LETTERS = string.ascii_letters + string.digits
FIRST = "Alma Bruno Carla Dorian Elif Farid Greta Hugo Ines Jonas Katya Lorenzo Mirela Nadia Oscar".split()
LAST = (
    "Abernathy Bellweather Castellane Drummond Eversley Farrowby Granger Holloway Ingersoll".split()
)
STREETS = ("High Street", "Maple Avenue", "Harbour Road", "Oak Lane", "Mill Drive")


@dataclass(frozen=True)
class Canary:
    kind: str
    value: str
    """What must be found nowhere."""
    sentence: str
    """How it stands in a text."""


def _luhn(digits: str) -> str:
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10))
        for place, digit in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def _iban(country: str, account: str) -> str:
    moved = "".join(str(int(sign, 36)) for sign in account + country + "00")
    return f"{country}{98 - int(moved) % 97:02}{account}"


class Planter:
    """Makes canaries, each of another value."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def digits(self, count: int) -> str:
        return str(self.rng.randint(1, 9)) + "".join(self.rng.choices(string.digits, k=count - 1))

    def text(self, count: int, alphabet: str = LETTERS) -> str:
        return "".join(self.rng.choices(alphabet, k=count))

    def secret(self) -> Canary:
        jwt = ".".join(
            base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
            for part in ('{"alg":"HS256"}', f'{{"sub":"{self.digits(9)}"}}', self.text(32))
        )
        value, sentence = self.rng.choice([
            ("AKIA" + self.text(16, string.ascii_uppercase + "234567"), "aws_access_key_id = {}"),
            ("ghp_" + self.text(36), "git clone https://{}@github.com/acme/widgets.git"),
            ("sk-proj-" + self.text(40), "export OPENAI_API_KEY={}"),
            ("sk_live_" + self.text(24), "stripe.api_key = '{}'"),
            ("xoxb-" + self.digits(11) + "-" + self.text(24), "The bot uses {} to post."),
            ("glpat-" + self.text(20), "curl -H 'PRIVATE-TOKEN: {}' https://gitlab.example.com/api"),
            ("AIza" + self.text(35), "The map loads with {} as its key."),
            (jwt, "Authorization: Bearer {}"),
            (self.text(20), "db: postgresql://admin:{}@db.example.com:5432/shop"),
            (self.text(32), "password = \"{}\""),
        ])  # fmt: skip
        return Canary("secret", value, sentence.format(value))

    def contact(self) -> Canary:
        name = f"{self.rng.choice(FIRST).lower()}.{self.rng.choice(LAST).lower()}{self.digits(3)}"
        person = f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}{self.text(3, string.ascii_lowercase)}"
        card = _luhn("4" + self.digits(14))
        kind, value, sentence = self.rng.choice([
            ("email", f"{name}@example.org", "Please write to {} about it."),
            ("phone", f"+49 30 {self.digits(7)}", "You reach me at {} in the evening."),
            ("phone", f"(415) 555-{self.digits(4)}", "Call {} before noon."),
            ("phone", f"07700 900{self.digits(3)}", "My mobile number is {}."),
            ("phone", f"+33 6 12 34 {self.digits(2)} {self.digits(2)}", "Mon numéro est le {}."),
            ("iban", _iban("DE", self.digits(18)), "Transfer it to {} today."),
            ("card", f"{card[:4]} {card[4:8]} {card[8:12]} {card[12:]}", "I paid with card {}."),
            ("ssn", f"{self.rng.randint(100, 665)}-{self.rng.randint(10, 99)}-{self.digits(4)}",
             "My social security number is {}."),
            ("ip", f"{self.rng.randint(60, 99)}.{self.rng.randint(10, 250)}.{self.rng.randint(10, 250)}."
             f"{self.rng.randint(10, 250)}", "I was logged in from {} at the time."),
            ("address", f"{self.rng.randint(100, 9999)} {self.rng.choice(STREETS)}", "I live at {}."),
            ("person", person, "My name is {}."),
        ])  # fmt: skip
        return Canary(kind, value, sentence.format(value))

    def exchange(self, count: int) -> tuple[str, str, list[Canary]]:
        """A prompt and an answer with so many canaries, in prose and between fences."""
        canaries = [self.secret() if n % 2 else self.contact() for n in range(count)]
        contacts = [one.sentence for one in canaries if one.kind != "secret"]
        secrets = [one.sentence for one in canaries if one.kind == "secret"]
        half = len(secrets) // 2
        prompt = (
            "How do I shard this job?\n\n"
            + "\n\n".join(contacts)
            + "\n\n"
            + "\n".join(secrets[:half])
        )
        answer = "Use this:\n\n```bash\n" + "\n".join(secrets[half:]) + "\n```\n\nThen wait for it."
        return prompt, answer, canaries
