"""Draws: chance with an address, so that nobody's luck changes when anything else does.

A draw is a whole number from 0 up to, and without, 2 ** 63. Who asks for it says for whom it is, in
which replication and for what; nothing is ever drawn "next". So results are the same bits whatever
is computed first, beside what, and on which machine: draws are made and compared, and nothing else
is done with them. Each step is here twice, for one number and for an array of them.
"""

from enum import IntEnum
from fractions import Fraction
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from iopkit.errors import refuse, unless

Words: TypeAlias = NDArray[np.uint64]
"""An array of 64-bit words."""

WHOLE = 1 << 63
"""The threshold of what always happens: every draw is below it."""

_BITS = (1 << 64) - 1
# Of SplitMix64: the golden ratio's odd neighbor, and the multipliers of its finalizer, in
# Steele, Lea and Flood 2014, doi 10.1145/2714064.2660195, by Stafford's variant 13.
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_MOST_WEEK = 1 << 24
_MOST_NUMBER = 1 << 24


class DrawPurpose(IntEnum):
    """What a draw is for. A number stands for good: another one is another chance."""

    ARRIVALS = 1
    """How many are referred in a week."""
    REFERRAL_DAY = 2
    PERSON = 3
    """Who of a population it is that was referred."""
    ASSESSMENT = 4
    """Whether somebody of whom too little is known proves to be eligible."""
    GIVING_UP = 5
    """After how many days of waiting somebody gives up."""
    INTAKE = 6
    """Whether somebody who is offered a seat comes."""
    LEAVING = 7
    ATTENDING = 8
    EXCUSED = 9
    RETURN_TO_USE = 10
    ABSTAINING = 11
    """Whether somebody who uses stops."""
    USE_AT_ADMISSION = 12
    TEST_RESULT = 13
    COMING_BACK = 14
    ROLL = 15
    """Whether what came of a session is recorded at all."""
    FACT = 16
    """A fact of somebody who is made up."""
    INPUT = 17
    """A figure of a study that is not known for sure."""
    RESAMPLE = 18
    COHORT = 19
    """How many are in care, or wait, as a scenario begins."""
    FINISHING = 20
    """Whether somebody who was in care to the end has completed."""
    FOLLOWING_ON = 21
    """Whether somebody who was discharged goes on to another program."""


def key_of(identity: object) -> int:
    """The 64-bit key of whoever or whatever has an identity: the same for the same text of it.

    Args:
        identity: a key of a patient, the name of a service, or a number; its ``str`` counts.

    Example:
        >>> hex(key_of("patient-1"))
        '0x72d1dbb28079ee3c'
    """
    return int.from_bytes(blake2b(str(identity).encode(), digest_size=8).digest())


def mixed(word: int) -> int:
    """A 64-bit word with all its bits mixed; each word gives another one."""
    word = ((word ^ (word >> 30)) * _FIRST) & _BITS
    word = ((word ^ (word >> 27)) * _SECOND) & _BITS
    return word ^ (word >> 31)


def mixed_words(words: Words) -> Words:
    """``mixed`` of each."""
    # In place but for the first step, as this is most of what there is to compute.
    words = words ^ (words >> np.uint64(30))
    words *= np.uint64(_FIRST)
    words ^= words >> np.uint64(27)
    words *= np.uint64(_SECOND)
    words ^= words >> np.uint64(31)
    return words


def stream(seed: int, replication: int, key: int) -> int:
    """The chance of one person or thing in one replication: what each of its draws begins with.

    Args:
        seed: any whole number.
        replication: from 0.
        key: of whom, as ``key_of`` gives it.

    Example:
        >>> draw(stream(7, 0, key_of("patient-1")), DrawPurpose.LEAVING, week=3) < WHOLE
        True
    """
    return mixed(mixed(key_of(seed) ^ (replication * _GOLDEN & _BITS)) ^ key)


def streams(seed: int, replication: int, keys: Words) -> Words:
    """``stream`` of each key."""
    begun = mixed(key_of(seed) ^ (replication * _GOLDEN & _BITS))
    return mixed_words(keys ^ np.uint64(begun))


def address(purpose: DrawPurpose, *, week: int = 0, number: int = 0, of: str = "") -> int:
    """Where a draw stands within a stream, a 64-bit word.

    Args:
        week: of the stay, or of the scenario for what is drawn for all.
        number: which of several, such as the number of a session; up to 16,777,215, as weeks.
        of: what it is a number of, such as the name of a service.

    Raises:
        InvalidError: the week or the number is out of bounds.
    """
    if not (0 <= week < _MOST_WEEK and 0 <= number < _MOST_NUMBER):
        refuse(
            "address of a draw",
            unless(0 <= week < _MOST_WEEK, "week", f"from 0 to {_MOST_WEEK - 1:,}", "another"),
            unless(
                0 <= number < _MOST_NUMBER, "number", f"from 0 to {_MOST_NUMBER - 1:,}", "another"
            ),
        )
    place = purpose << 48 | week << 24 | number
    return (place ^ key_of(of) if of else place) * _GOLDEN & _BITS


def draw(stream: int, purpose: DrawPurpose, *, week: int = 0, number: int = 0, of: str = "") -> int:
    """One draw by its address: the same each time that it is asked for."""
    return draw_at(stream, address(purpose, week=week, number=number, of=of))


def draw_at(stream: int, address: int) -> int:
    """The draw at an address of a stream."""
    return mixed((stream + address) & _BITS) >> 1


def draws_at(streams: Words, address: int) -> Words:
    """``draw_at`` of each stream."""
    return mixed_words(streams + np.uint64(address)) >> np.uint64(1)


def draws_at_each(streams: Words, addresses: Words) -> Words:
    """``draw_at`` of each stream, each at its own address."""
    return mixed_words(streams + addresses) >> np.uint64(1)


def threshold(share: Fraction | float) -> int:
    """The number that a draw is below with a probability: 0 for never, ``WHOLE`` for always.

    Args:
        share: the probability, from 0 to 1; a ``Decimal`` as ``Fraction(it)``.

    Raises:
        InvalidError: it is no probability.

    Example:
        >>> threshold(0.25) == WHOLE // 4
        True
    """
    refuse("probability", unless(0 <= share <= 1, "share", "from 0 to 1", "another number"))
    return int(Fraction(share) * WHOLE)
