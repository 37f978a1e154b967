"""`doctor`: facts read and judged, and dates moved back to their wall time."""
