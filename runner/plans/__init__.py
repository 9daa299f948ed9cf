"""Which runs a campaign makes: grids, ranges, and the fewest that answer."""
