"""All rows: those of the list of stop reasons, and those that an adversary adds."""

from tests.causes import rows_adversary, rows_derived, rows_file, rows_wordings

FILE = rows_file.ROWS
FURTHER = (*rows_derived.ROWS, *rows_wordings.ROWS, *rows_adversary.ROWS)
ROWS = (*FILE, *FURTHER)
