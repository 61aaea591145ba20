"""The verbs by name. Each is imported when it is used, so that `maniple --help` costs nothing but this file."""

from __future__ import annotations

from cyclopts import App, Group

from maniple import __version__

EPILOGUE = """\
Exit codes:
  0    done; for a sync also success with skips
  1    check: blocking findings; fmt --check: files to rewrite;
       variables: one has a problem; submit, release, review approve:
       refused, with the reasons
  2    the command line, the settings or the cohort cannot be used
       as given; nothing was sent
  3    the run or the test call failed at the partner; what was accepted
       is kept
  4    the machine stands in the way: disk, lock, database, permissions,
       network policy
  70   a fault in maniple itself
  130  stopped by Ctrl-C; `maniple resume RUN` goes on

Environment:
  MANIPLE_HOME                 where connections and memberships are kept
  MANIPLE_DATABASE_URL         postgresql://...: connections, syncs and runs are
                               kept there, not in a file
  MANIPLE_INTEGRATIONS         folders of destinations, separated as in PATH
  MANIPLE_SECRET_KEY           seals secrets, instead of a key file
  MANIPLE_OPERATOR_<SLUG>_<FIELD>
                               what a destination needs of whoever runs maniple
  MANIPLE_USER                 who submits and reviews; else who is logged in
  MANIPLE_EMAIL                where decisions about your submissions are mailed
  MANIPLE_SMTP_URL             smtp://USER:PASSWORD@HOST:587: sends those mails
  MANIPLE_MAIL_FROM            the address that they come from
  MANIPLE_REVIEWERS            addresses, separated by commas, that are told of
                               submissions
  MANIPLE_MAX_RETRIES          tries after the first, 8 by default
  MANIPLE_ALLOW_PRIVATE_HOSTS  1: loopback and private addresses may be called
  MANIPLE_DEBUG                1: a fault shows its traceback
  NO_COLOR                     anything: no colours

Begin with `maniple destinations`, or write your own: `maniple new my-partner`.
Every verb explains itself: `maniple sync --help`."""

WRITING = Group("Write a destination", sort_key=1)
PUBLISHING = Group("Publish a destination", sort_key=2)
SYNCING = Group("Sync cohorts", sort_key=3)
LOOKING = Group("Look at what happened", sort_key=4)
OWN = Group("maniple itself", sort_key=5)

_VERBS: tuple[tuple[str, str, Group], ...] = (
    ("new", "Begin a destination: a manifest, cases and a README to fill in.", WRITING),
    ("portal", "Write, try and submit a destination on screen, in the terminal or a browser.", WRITING),
    ("check", "Check manifests and say at which place what is wrong.", WRITING),
    ("fmt", "Bring manifests into canonical form; comments stay.", WRITING),
    ("variables", "Show every variable of a manifest: declared, used, pre-defined.", WRITING),
    ("preview", "Show the exact requests for test users; nothing is sent.", WRITING),
    ("test", "Call the partner for real with test users; show how answers are read.", WRITING),
    ("simulate", "Play the partner on this machine, a good or a hostile one.", WRITING),
    ("rules", "Explain a finding's code, or list them all.", WRITING),
    ("release", "Put a destination into this home's catalogue, without a review.", PUBLISHING),
    ("submit", "Hand a destination in for review.", PUBLISHING),
    ("review", "See what was submitted, comment on it, approve it or not.", PUBLISHING),
    ("destinations", "List the destinations there are.", SYNCING),
    ("connect", "Set a destination up and keep it under a name.", SYNCING),
    ("authorize", "Grant a connection access to the partner in a browser.", SYNCING),
    ("operator", "Give what a destination needs from whoever runs maniple.", SYNCING),
    ("connections", "List the connections.", SYNCING),
    ("disconnect", "Delete a connection with its syncs and their history.", SYNCING),
    ("sync", "Sync a cohort: send who entered and who left.", SYNCING),
    ("resume", "Go on with a run that was stopped or killed.", SYNCING),
    ("reconcile", "Compare a list at the partner with what it accepted; repair it.", SYNCING),
    ("forget", "Delete a sync with its history, and its list if asked.", SYNCING),
    ("syncs", "List the syncs.", LOOKING),
    ("history", "List the runs of a sync.", LOOKING),
    ("errors", "Show what went wrong in a sync's runs, and why.", LOOKING),
    ("export", "Write a run as CSV: who was added, removed, skipped, refused.", LOOKING),
    ("completion", "Print the shell completion script.", OWN),
)

app = App(
    name="maniple",
    help="Sync cohorts into partners' APIs from declarative manifests.",
    help_epilogue=EPILOGUE,
    help_format="plaintext",
    version=__version__,
    version_format="plaintext",
    group_commands=OWN,
    suppress_keyboard_interrupt=False,
)
for _place, (_name, _help, _group) in enumerate(_VERBS):
    app.command(f"maniple.cli.{_name}:app", name=_name, help=_help, group=_group, sort_key=_place)
app["--help"].group = OWN
app["--version"].group = OWN
