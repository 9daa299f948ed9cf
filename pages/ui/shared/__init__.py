"""What several pages share: charts' colours, formats, inputs, state."""
