"""Instruments and facts that are not shipped."""

from hypothesis import strategies as st

from iopkit.eligibility.kinds import Choice, Kind, Number, Worse, YesNo, can_be_worse
from iopkit.eligibility.own_facts import Observed, OfScale, OwnFact
from iopkit.patients.instruments import Band, BandSet, Instrument, Item, Scale
from iopkit.sources import Grade, Source

_SOURCE = Source("Elm Street Clinic, form 12", Grade.SECONDARY)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """Instruments of one to five items, with skipped ones, and with scales in bands or not."""
    items: list[Item] = []
    for number in range(draw(st.integers(1, 5))):
        gates = [item.number for item in items if 0 in item.answers]
        after = draw(st.lists(st.sampled_from(gates), unique=True, max_size=2)) if gates else []
        some = st.lists(st.integers(0, 4), unique=True, min_size=1, max_size=4).map(sorted)
        answers = [0, 1] if after else draw(some)
        points = draw(st.lists(st.integers(0, 5), min_size=len(answers), max_size=len(answers)))
        items.append(Item(f"q{number}", tuple(answers), tuple(points), tuple(after)))
    scales = [draw(_scales(f"scale_{number}", items)) for number in range(draw(st.integers(1, 2)))]
    name = draw(st.sampled_from(("elm_3", "oak_5")))
    return Instrument(name, "A form", tuple(items), tuple(scales), _SOURCE, "free")


@st.composite
def _scales(draw: st.DrawFn, name: str, items: list[Item]) -> Scale:
    chosen = draw(st.lists(st.sampled_from(items), unique=True, min_size=1))
    plain = Scale(name, tuple(chosen), highest=draw(st.booleans()))
    if draw(st.booleans()):
        return plain
    inner = range(plain.low + 1, plain.high + 1)
    cuts = sorted(draw(st.sets(st.sampled_from(inner), max_size=3))) if inner else []
    ends = zip([plain.low, *cuts], [*(cut - 1 for cut in cuts), plain.high], strict=True)
    bands = tuple(Band(f"band_{n}", low, high) for n, (low, high) in enumerate(ends))
    return Scale(name, plain.items, (BandSet("risk", bands, _SOURCE),), plain.highest)


def own_facts(*given: Instrument) -> st.SearchStrategy[OwnFact]:
    """Facts that are observed, or read from a scale of one of some instruments."""
    scales = [OfScale(one, scale.name) for one in given for scale in one.scales]
    bands = [
        OfScale(one, scale.name, bands.name)
        for one in given
        for scale in one.scales
        for bands in scale.band_sets
    ]
    kinds: st.SearchStrategy[Kind] = st.sampled_from(
        (YesNo(), Number(0, 7, "nights", whole=True), Number(-1.5, 40), Choice(("near", "far")))
    )
    read = st.builds(Observed, kinds)
    of_scales = st.sampled_from([*scales, *bands]) if scales else st.nothing()
    return (read | of_scales).flatmap(_declared)


def _declared(read: Observed | OfScale) -> st.SearchStrategy[OwnFact]:
    ranked = isinstance(read, OfScale) or can_be_worse(read.kind)
    return st.builds(
        OwnFact,
        st.sampled_from(("on_bail", "nights_away", "commute")),
        st.just("Something that the clinic asks."),
        st.just(read),
        st.none() | st.just(_SOURCE),
        changeable=st.booleans(),
        worse=st.none() | st.sampled_from(Worse) if ranked else st.none(),
    )
