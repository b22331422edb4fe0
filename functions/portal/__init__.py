"""The sellers' portal: HTML rendered on the server, sessions in a cookie, no script needed."""
