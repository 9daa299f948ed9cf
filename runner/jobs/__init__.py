"""What runs inside Spark: the drivers of a run, and the work of their Python workers."""
