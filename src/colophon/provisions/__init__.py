"""The clauses of the regulation and every legal number, as data."""
