"""Pictures that a page's own examples make: the examples before them are run when it is built."""

import doctest
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from iopkit_pages import image
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_KEPT = "iopkit-examples"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("iopkit-example-picture", ExamplePicture)


class ExamplePicture(SphinxDirective):
    """The picture whose bytes the examples above it have under a name."""

    required_arguments = 1
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        page = self.env.docname.replace("/", "-")
        return image(self, f"{page}-{name}", self._names()[name], self.options["alt"])

    def _names(self) -> Mapping[str, Any]:
        """What the examples above have named; those that ran for a picture before run no more."""
        text = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
        done, names = self.env.temp_data.setdefault(_KEPT, (0, {}))
        examples = [
            one
            for one in doctest.DocTestParser().get_examples(text)
            if done <= one.lineno < self.lineno and one.exc_msg is None
        ]
        with redirect_stdout(StringIO()):
            for one in examples:
                exec(one.source, names)  # noqa: S102  # the manual's own examples
        self.env.temp_data[_KEPT] = self.lineno, names
        return names
