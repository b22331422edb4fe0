"""The list: published per area and date, proven by a signed chain of manifests, handed out with a receipt."""
