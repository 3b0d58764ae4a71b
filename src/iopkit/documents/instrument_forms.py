"""Instruments as documents have them: a scale names its items by their numbers."""

from iopkit.errors import Fault, InvalidError, did_you_mean, refuse
from iopkit.fields import frozen
from iopkit.patients.instruments import BandSet, Instrument, Item, Scale
from iopkit.sources import Source


@frozen
class ScaleForm:
    """Items, by number, that are scored together: points added up, or the highest of them."""

    name: str
    items: tuple[str, ...]
    band_sets: tuple[BandSet, ...] = ()
    highest: bool = False


@frozen
class InstrumentForm:
    """A standardized instrument: its scored items in the order of its form, and its scales.

    Raises:
        InvalidError: a scale names an item that is not there, or the instrument could not be
            built.
    """

    name: str
    title: str
    items: tuple[Item, ...]
    scales: tuple[ScaleForm, ...]
    source: Source
    rights: str = "check with the owner"

    def __attrs_post_init__(self) -> None:
        numbers = [item.number for item in self.items]
        expected = "the number of one of the instrument's items"
        unknown = [
            Fault(("scales", n, "items", m), expected, repr(number), did_you_mean(number, numbers))
            for n, scale in enumerate(self.scales)
            for m, number in enumerate(scale.items)
            if number not in numbers
        ]
        refuse("instrument", tuple(unknown))
        _ = self.value

    @classmethod
    def of(cls, instrument: Instrument) -> "InstrumentForm":
        """An instrument as documents have it."""
        scales = tuple(
            ScaleForm(
                scale.name,
                tuple(item.number for item in scale.items),
                scale.band_sets,
                scale.highest,
            )
            for scale in instrument.scales
        )
        return cls(
            name=instrument.name,
            title=instrument.title,
            items=instrument.items,
            scales=scales,
            source=instrument.source,
            rights=instrument.rights,
        )

    @property
    def value(self) -> Instrument:
        """The instrument.

        Raises:
            InvalidError: it could not be built.
        """
        items = {item.number: item for item in self.items}
        scales: list[Scale] = []
        faults: list[Fault] = []
        for n, scale in enumerate(self.scales):
            named = tuple(items[number] for number in scale.items)
            try:
                scales.append(Scale(scale.name, named, scale.band_sets, scale.highest))
            except InvalidError as error:
                faults += [fault.under("scales", n) for fault in error.faults]
        refuse("instrument", tuple(faults))
        return Instrument(
            name=self.name,
            title=self.title,
            items=self.items,
            scales=tuple(scales),
            source=self.source,
            rights=self.rights,
        )
