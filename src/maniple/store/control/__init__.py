"""The control plane: connections, syncs, runs and their batches in one SQL database."""
