"""Evidence: files that belong to a complaint or to a seller's reply, checked before anybody can read them."""
