"""Stop requests: a consumer tells one seller to stop, and the seller has to say that it does."""
