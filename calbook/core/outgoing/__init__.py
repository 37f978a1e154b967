"""What leaves calbook, decided: who gets which notice or reminder, what a webhook is,
which addresses may be sent to. The sending is done by `delivery`.
"""
