"""Objects and words that people pass in, checked and read into values."""
