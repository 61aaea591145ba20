"""The command line: every verb shows what one use case did, data on stdout and everything else on stderr."""
