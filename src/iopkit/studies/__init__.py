"""Studies: comparing scenarios, how sure a result is, and how it is reported.

Needs the extra ``studies``.
"""

from importlib.util import find_spec

import iopkit.errors

if any(find_spec(name) is None for name in ("numpy", "polars", "scipy")):
    raise iopkit.errors.MissingExtraError("studies", "a study")
