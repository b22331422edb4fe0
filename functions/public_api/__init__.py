"""The public API: registrations, complaints, manifests, areas, keys."""
