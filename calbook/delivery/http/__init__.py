"""HTTP as calbook speaks it: to an address that was checked, within a time and a size;
no proxy, no .netrc, no redirect that nobody asked for.
"""
