"""Objects and words that people pass in, read into values; `wire` is the way out."""
