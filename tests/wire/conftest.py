"""What the core's tests make is read by these too."""

from core.conftest import a_schedule as a_schedule
