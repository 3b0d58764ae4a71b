"""What a web service does: a request's dict in, JSON out; a plan stored, dated again, served."""

import json
from datetime import date, datetime
from pathlib import Path

from attrs import evolve

import iopkit
from iopkit.schedules import Surroundings, reschedule
from iopkit.sites import Closure

site = iopkit.from_toml(iopkit.Site, Path("examples/site.toml").read_bytes())
body = json.loads(Path("examples/patient.json").read_bytes())  # as a framework gives it
patient, start = iopkit.from_document(iopkit.Patient, body), date(2026, 1, 12)
policies = map(iopkit.find_policy, ("iop-suitability", "us-medicare-iop", "us-il-iop"))
decided = [each.decide(patient, on=start) for each in policies]
Path("answer.json").write_text(iopkit.to_json(decided), encoding="utf-8")  # or send it
program = iopkit.find_program("matrix-16-week")
plan = iopkit.draft(program, patient, site, start=start, seed=7, decisions=decided)
stored = iopkit.to_json(iopkit.schedule(plan, site))  # a text, for any database
old, now = iopkit.from_json(iopkit.Schedule, stored), datetime(2026, 2, 1, 12, tzinfo=site.tz)
flood = Closure(date(2026, 2, 2), date(2026, 2, 4), "Flood")
new = reschedule(old, plan, Surroundings(evolve(site, closures=(*site.closures, flood)), now))
Path("calendar.ics").write_bytes(iopkit.to_ical(new, stamp=now))  # or serve it
