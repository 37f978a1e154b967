"""What `import calbook` offers: the client, a module for each noun of its calendar, the
values that come back and the types of what goes in. Thin: read arguments, call one
service, wrap the answer; rules, SQL and text for people belong elsewhere. May import
services, wire, core.
"""
