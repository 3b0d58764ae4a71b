"""The list of all jurisdictions and sources of which something is shipped."""

from importlib import import_module

from iopkit.library.shipped import Shipped

# A file of this folder each, which has what is shipped as its ``SHIPPED``. To add one takes the
# file and a line here; by name, since an import at the top would be a second line.
_FILES = (
    "national_codes",
    "standards",
    "suitability",
    "us_medicare",
    "us_alabama",
    "us_california",
    "us_district_of_columbia",
    "us_illinois",
    "us_indiana",
    "us_kansas",
    "us_maryland",
    "us_nebraska",
    "us_new_jersey",
    "us_north_carolina",
    "us_texas",
    "us_virginia",
    "us_washington",
)


def _shipped(file: str) -> Shipped:
    shipped: Shipped = import_module(f"iopkit.library.{file}").SHIPPED
    return shipped


SHELF: tuple[Shipped, ...] = tuple(map(_shipped, _FILES))
"""What is shipped, a jurisdiction or source each."""
