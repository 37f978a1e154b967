"""What the library returns: the public JSON objects as frozen values with attributes.
They hold what `wire` wrote and decide nothing. May import wire and core.
"""
