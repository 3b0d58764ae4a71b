"""Tallies: what the attended sessions of a run come to, added up as they are found."""

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.modalities import Delivery
from iopkit.scenarios.bills import TRUTH_CODES, bills_by
from iopkit.scenarios.episodes import EpisodeCharges, EpisodeFindings, Episodes, EpisodeTravel
from iopkit.scenarios.lookups import LookUp
from iopkit.scenarios.preparing import Prepared
from iopkit.scenarios.weeks import PlannedStay

Counts = NDArray[np.int64]
Came = NDArray[np.bool_]
Rows = NDArray[np.intp]


class Tally:
    """Charges, findings and travel of the stays of a run: what of it a scenario asks for."""

    def __init__(self, prepared: Prepared, episodes: Episodes) -> None:
        self._episodes, self._terms = episodes, prepared.terms
        self._bills = [
            None if each.terms is None else bills_by(each.terms) for each in prepared.programs
        ]
        self._adult = _adults(prepared)
        self._away = _minutes_there_and_back(prepared)
        rows, weeks = len(episodes), len(episodes.replications) * episodes.weeks
        names = () if prepared.terms is None else prepared.terms.of_weeks
        self._names = names
        # The last axis is units, cents and units without a rate; or met, unmet and undetermined.
        self._money = np.zeros((rows, 3), np.int64)
        self._money_by_week = np.zeros((weeks, 3), np.int64)
        self._judged = np.zeros((rows, 3), np.int32)
        self._by_requirement = np.zeros((len(episodes.replications), len(names), 3), np.int64)
        self._travel = np.zeros(rows, np.int64)
        self._travel_by_week = np.zeros(weeks, np.int64)

    def add(self, program: int, planned: PlannedStay, rows: Rows, there: Came) -> None:
        """Add what some episodes attended, of stays in one program that are alike."""
        bills = self._bills[program]
        if bills is not None:
            charges = bills.charges(planned)
            if charges is not None:
                self._charge(*charges, rows, there)
            for adult, code in TRUTH_CODES.items():
                own = np.flatnonzero(self._adult[self._episodes.person[rows]] == code)
                findings = bills.findings(planned, adult) if len(own) else None
                if findings is not None:
                    self._judge(findings, rows[own], there[own])
        if self._away is not None:
            self._travels(self._away, planned, rows, there)

    def _on_days(self, rows: Rows, days: Counts) -> Counts:
        """Where days of some stays are among those of all replications, by day and stay.

        Those that are not of the scenario are somewhere: nothing is attended on them.
        """
        told = self._episodes
        first = told.start[rows] + told.replication[rows] * told.days
        last = len(told.replications) * told.days - 1
        place: Counts = np.clip(days.T.reshape(-1, 1) + first, 0, last)
        return place

    def _by_week(self, place: Counts, figures: Counts) -> Counts:
        """Sum figures by week of each replication.

        Sums of cents in floats are exact up to 90,000,000,000,000 dollars.
        """
        days = len(self._episodes.replications) * self._episodes.days
        sums = np.bincount(place.reshape(-1), figures.reshape(-1), days)
        by_week: Counts = sums.astype(np.int64).reshape(-1, 7).sum(axis=1)
        return by_week

    def _charge(self, look_up: LookUp, days: Counts, rows: Rows, there: Came) -> None:
        place = self._on_days(rows, days)
        for number, figures in enumerate(look_up.of(there)):
            if figures.any():
                self._money[rows, number] = figures.sum(axis=(0, 1))
                self._money_by_week[:, number] += self._by_week(place, figures)

    def _judge(self, look_up: LookUp, rows: Rows, there: Came) -> None:
        told, found = self._episodes, look_up.of(there)
        begins = np.arange(found.shape[1], dtype=np.int64)[:, np.newaxis] * 7
        calendar: Counts = told.start[rows] + begins
        whole: Came = (begins + 7 <= told.stay[rows]) & (calendar >= 0)
        whole &= calendar + 7 <= told.days
        runs = len(told.replications)
        for place, answer in enumerate(TRUTH_CODES.values()):
            verdicts, *weeks = ((found == answer) & whole).sum(axis=1)
            self._judged[rows, place] = verdicts
            for column, counts in enumerate(weeks):
                sums = np.bincount(told.replication[rows], counts, runs)
                self._by_requirement[:, column, place] += sums.astype(np.int64)

    def _travels(self, away: Counts, planned: PlannedStay, rows: Rows, there: Came) -> None:
        """There and back on each day with a session that is not by telehealth."""
        on_site = [
            place
            for place, each in enumerate(planned.schedule.sessions)
            if each.delivery is not Delivery.TELEHEALTH
        ]
        if not on_site:
            return
        days, first = np.unique(planned.day[on_site].astype(np.int64), return_index=True)
        goes = np.logical_or.reduceat(there[:, on_site].T, first, axis=0)
        minutes: Counts = goes * away[self._episodes.person[rows]]
        self._travel[rows] = minutes.sum(axis=0)
        self._travel_by_week += self._by_week(self._on_days(rows, days), minutes)

    def told(self) -> Episodes:
        """The episodes, with all that was added up."""
        terms, shape = self._terms, (len(self._episodes.replications), self._episodes.weeks)
        charges = findings = travel = None
        if terms is not None and terms.coding is not None:
            units, cents, unrated = self._money.T
            by_week = (each.reshape(shape) for each in self._money_by_week.T)
            charges = EpisodeCharges(units, cents, unrated, *by_week)
        if terms is not None and terms.requirements is not None:
            met, unmet, undetermined = self._judged.T
            findings = EpisodeFindings(self._names, met, unmet, undetermined, self._by_requirement)
        if self._away is not None:
            travel = EpisodeTravel(self._travel, self._travel_by_week.reshape(shape))
        return evolve(self._episodes, charges=charges, findings=findings, travel=travel)

    __repr__ = hidden


def _adults(prepared: Prepared) -> NDArray[np.int8]:
    """Who is an adult by the requirements as the scenario begins: 1 yes, 0 no, -1 not known."""
    required, people = prepared.scenario.requirements, prepared.scenario.population
    if required is None or "age" not in people.table.columns:
        return np.full(len(people), -1, np.int8)
    adult = FACTS["age"] >= required.adult_from
    return people.truths([adult], on=prepared.scenario.start)[:, 0]


def _minutes_there_and_back(prepared: Prepared) -> Counts | None:
    """How long each takes to the site and back, in whole minutes, 0 where it is not known.

    ``None``: the population has no minutes to it.
    """
    site, people = prepared.scenario.site.name, prepared.scenario.population
    if site not in people.sites:
        return None
    minutes = people.nearest([site]).minutes
    away: Counts = np.rint(2 * np.where(np.isfinite(minutes), minutes, 0)).astype(np.int64)
    return away
