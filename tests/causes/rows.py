"""All rows: those of the list of stop reasons, and those that an adversary and a reviewer add."""

from tests.causes import rows_adversary, rows_derived, rows_file, rows_reviewed, rows_unseen, rows_wordings

FILE = rows_file.ROWS
FURTHER = (
    *rows_derived.ROWS,
    *rows_wordings.ROWS,
    *rows_adversary.ROWS,
    *rows_reviewed.ROWS,
    *rows_unseen.ROWS,
)
ROWS = (*FILE, *FURTHER)
