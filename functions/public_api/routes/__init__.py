"""Routes of the public API: one module per feature; each declares its routes on `functions.public_api.app.app`."""
