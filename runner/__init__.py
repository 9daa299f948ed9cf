"""Executes CNN jobs on Spark and measures them."""
