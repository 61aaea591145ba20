"""What `maniple new` writes: guesses from `curl` commands, and the texts of a new destination's files."""
