"""Webhooks: one signed HTTP request for an event, a sample to test with, what a
receiver verifies, and secrets masked in what it answers.
"""
