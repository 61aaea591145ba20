"""A server that plays partners from their manifests: what a sync sends is read back with the same template trees."""
