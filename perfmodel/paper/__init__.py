"""What Myung & Yu published, and their runs rebuilt from it."""
