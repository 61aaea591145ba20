"""The developer portal: a face of the use cases in the terminal."""
