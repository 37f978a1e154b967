"""`python -m tests.bench`: what calbook costs, as ratios measured in one run.

Ratios, because a second is another length on every machine. Tests never time
anything; what can be counted, `test_bench.py` checks at small sizes.
"""
