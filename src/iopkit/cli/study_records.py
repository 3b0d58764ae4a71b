"""What a run of a study writes: tables, the rules as used, and a record that proves it."""

import json
import platform
from collections.abc import Iterator, Mapping, MutableMapping
from hashlib import sha256
from io import BytesIO
from os.path import relpath
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from iopkit.cli.files import Answer, UsageError, as_json
from iopkit.cli.study_files import ReadStudy
from iopkit.cli.writing import write_all
from iopkit.confidential import hidden
from iopkit.documents.classes import writer_of
from iopkit.documents.documents import to_document
from iopkit.errors import printable_path
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.scenarios.capacity import Capacity
from iopkit.scenarios.populations import Population
from iopkit.scenarios.priorities import Priorities
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.simulation import Figures
from iopkit.sources import Source
from iopkit.version import __version__
