"""Every request of the golden cases, held against the partner's own description of its API."""
