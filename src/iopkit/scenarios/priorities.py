import numpy as np

from iopkit.fields import frozen


@frozen
class Priorities:
    def classes(self, people, *, on):
        return np.zeros(len(people), np.int16)
