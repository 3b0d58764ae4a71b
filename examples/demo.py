"""From a referred patient and a published program to a checked, dated calendar."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import iopkit
from iopkit.plots import program_picture
from iopkit.reports import calendar_text, decision_text, findings_text, moves_text, plan_text

start = date(2026, 1, 12)
patient = iopkit.from_json(iopkit.Patient, Path("examples/patient.json").read_bytes())
site = iopkit.from_toml(iopkit.Site, Path("examples/site.toml").read_bytes())
program = iopkit.find_program("matrix-16-week")

# May they?
decision = iopkit.find_policy("us-medicare-iop").decide(patient, on=start)
print(decision_text(decision), end="\n\n")

# What, and when?
plan = iopkit.draft(program, patient, site, start=start, seed=2026, decisions=[decision])
schedule = iopkit.schedule(plan, site)
print(plan_text(plan), end="\n\n")
print(calendar_text(schedule, weeks=3), end="\n\n")
print("Not as planned:", moves_text(schedule), sep="\n", end="\n\n")

# Does it meet the payer's rule?
findings = iopkit.check(schedule, iopkit.find_requirements("us-medicare-iop"))
print(findings_text(findings), end="\n\n")

folder = Path("demo-output")
folder.mkdir(exist_ok=True)
(folder / "plan.json").write_text(iopkit.to_json(plan), encoding="utf-8")
(folder / "calendar.ics").write_bytes(iopkit.to_ical(schedule, stamp=datetime.now(UTC)))
(folder / "program.svg").write_bytes(program_picture(program, line_at=timedelta(hours=9)))
print(f"Written to {folder.resolve()}: plan.json, calendar.ics, program.svg")
