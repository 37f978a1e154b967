"""What the library returns: the public JSON objects with attributes.

Names are the JSON's in snake_case. A value is frozen, compares by its contents,
and `to_dict()` gives the JSON object back.
"""
