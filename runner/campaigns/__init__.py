"""Campaigns: planned runs, one after the other, resumable, watched, and reported."""
