"""What pages share: charts, formats, state."""
