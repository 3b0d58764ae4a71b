"""Sources that shipped facts and policies share."""

from datetime import date

from iopkit.sources import Grade, Source

# The text of 42 CFR 410 and 424 was seen as it was after this day.
_CFR_SEEN = date(2024, 1, 1)
# Texts without a day of their own were seen after this one, that of the newest page seen
# with them. They may well be older, but since when was not seen.
SEEN = date(2026, 1, 7)

CFR_410_43 = Source(
    "42 CFR 410.43",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/section-410.43",
    checked=_CFR_SEEN,
)
CFR_410_44 = Source(
    "42 CFR 410.44",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/section-410.44",
    checked=_CFR_SEEN,
)
CFR_410_67 = Source(
    "42 CFR 410.67",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/section-410.67",
    checked=_CFR_SEEN,
)
CFR_424_24 = Source(
    "42 CFR 424.24",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/section-424.24",
    checked=_CFR_SEEN,
)
ALABAMA = Source(
    "Ala. Admin. Code 580-9-44-.17",
    Grade.LEGAL_TEXT,
    "https://www.law.cornell.edu/regulations/alabama/Ala-Admin-Code-r-580-9-44-.17",
    checked=SEEN,
)
DISTRICT_OF_COLUMBIA = Source(
    "22-A DCMR 6329",
    Grade.LEGAL_TEXT,
    "http://dcrules.elaws.us/dcmr/22-a6329",
    checked=date(2017, 9, 13),
)
ILLINOIS = Source(
    "77 Ill. Adm. Code 2060.410",
    Grade.LEGAL_TEXT,
    "https://ilga.gov/ftp/JCAR/AdminCode/077/077020600D04100R.html",
    checked=SEEN,
)
INDIANA = Source(
    "405 IAC 5-21.5-11",
    Grade.LEGAL_TEXT,
    "https://law.cornell.edu/regulations/indiana/405-IAC-5-21.5-11",
    checked=SEEN,
)
# The definition was seen in a provider's copy of that month only.
NORTH_CAROLINA_2023 = Source(
    "NC Medicaid service definition of SAIOP, a provider's copy of April 2023",
    Grade.SECONDARY,
    "https://theshipgroup.freshdesk.com/support/solutions/articles/73000610063-substance-abuse-intensive-outpatient-program",
    checked=date(2023, 4, 30),
)
# The policy itself was not seen, only the bulletin that announces it.
NORTH_CAROLINA = Source(
    "NC Medicaid bulletin of 2026-01-07, policy 8A-12",
    Grade.OFFICIAL,
    "https://medicaid.ncdhhs.gov/blog/2026/01/07/behavioral-health-clinical-coverage-policy-updates",
    checked=date(2026, 1, 7),
)
# The part is from 2017 and was amended since; from when this section reads so was not seen.
VIRGINIA = Source(
    "12VAC30-130-5090",
    Grade.LEGAL_TEXT,
    "https://law.lis.virginia.gov/admincode/title12/agency30/chapter130/section5090/",
    checked=SEEN,
)
# A payer's account of ASAM's Level 2.1; ASAM's own text is licensed and not public.
AETNA = Source(
    "Aetna on the ASAM criteria",
    Grade.SECONDARY,
    "https://www.aetna.com/individuals-families/member-rights-resources/rights/state-specific-information/asam-criteria-searchresults.html",
)
# The advisory itself was seen through a mirror, which has no address at the agency.
SAMHSA_2021 = Source(
    "SAMHSA Advisory (2021), Clinical Issues in Intensive Outpatient Treatment for Substance "
    "Use Disorders",
    Grade.OFFICIAL,
    "https://www.zlibrary.cc/dl/samhsa-advisory-2021-clinical-issues-in-intensive-outpatient-treatment-for-substance-use-disorders",
)
# The descriptor is public; HCPCS's own file was not seen, but a state's map of codes.
H0015 = Source(
    "HCPCS Level II, descriptor of H0015, in the FHIR map of the Colorado BHA",
    Grade.SECONDARY,
    checked=SEEN,
)
# The paper is peer-reviewed, but the months were seen in a copy of it only.
DSM_5_REMISSION = Source(
    "Hasin et al. 2013 on DSM-5's criteria for substance use disorders, in a copy",
    Grade.SECONDARY,
    "https://paperkb.org/coga/coga-kb/chunks/5727a15f-c962-4002-912b-e12ccb3a76ab",
)
