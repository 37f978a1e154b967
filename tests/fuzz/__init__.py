"""Bytes that nobody foresaw, given to whatever reads what others write.

`targets.py` has what reads them. `python -m tests.fuzz TARGET` looks for new ones by
coverage, with atheris; what it kept is in `tests/data/fuzz` and is read in each run of
the tests, which need no atheris.
"""
