"""Every format through the real road: a sample, a stranger's reader, and what stays the same.

``python -m tests.labels.formats`` measures all of them and writes ``record.json``, of which
``docs/formats.md`` is made; ``tests/labels/test_formats.py`` measures again and refuses a record
that says anything else.
"""
