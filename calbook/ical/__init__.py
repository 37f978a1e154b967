"""Bookings as iCalendar files. Slow to import: it loads icalendar."""

from calbook.ical.components import Method as Method
from calbook.ical.components import calendar as calendar
from calbook.ical.components import method_for as method_for
from calbook.ical.entry import Invite as Invite
