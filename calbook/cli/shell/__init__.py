"""What a shell offers while a command is typed: the candidates, and the scripts that
ask for them. `complete` is answered before anything else is loaded and imports nothing
of calbook.
"""
