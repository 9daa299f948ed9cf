"""What a run is given: a private cluster or an existing one, its memory, CPUs, settings and environment."""
