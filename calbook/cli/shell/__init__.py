"""What a shell offers while a command is typed. The scripts pass the command line on to
`complete`, which is answered before anything else is loaded and imports nothing of
calbook: it reads what the command tree has in `commands.txt`.
"""
