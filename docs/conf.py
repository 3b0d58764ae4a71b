"""How the manual is built: see ``make docs`` and ``make docs-test``."""

import doctest
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))


def _version() -> str:
    try:
        return installed_version("iopkit")
    except PackageNotFoundError:  # a source tree on the path, not installed
        project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])


project = "iopkit"
copyright = "the iopkit authors"
version = release = _version()

extensions = ["sphinx.ext.autodoc", "sphinx.ext.doctest", "sphinx.ext.napoleon", "iopkit_docs"]
exclude_patterns = ["_build", "_generated"]
nitpicky = True

html_theme = "furo"
html_title = f"iopkit {release}"
html_static_path = ["_static"]
html_css_files = ["iopkit.css"]
html_copy_source = False
html_show_sphinx = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
python_maximum_signature_line_length = 90
python_use_unqualified_type_names = True
# Sphinx's own choice would not compare the messages of exceptions.
doctest_default_flags = doctest.DONT_ACCEPT_TRUE_FOR_1
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Source"]

# There is no network where the manual is checked, so these have nothing to link to.
nitpick_ignore_regex = [
    # The standard library.
    ("py:class", r"(collections\.abc|concurrent\.futures|datetime|decimal|fractions)\..*"),
    ("py:class", r"(uuid|zoneinfo)\..*"),
    # Other projects.
    ("py:class", r"(hypothesis|narwhals|numpy|polars)\..*"),
    # Type variables.
    ("py:class", r"(iopkit\..*\.[KNPRST]|Ts)"),
]
