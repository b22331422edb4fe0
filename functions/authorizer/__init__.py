"""Lambda authorizer of the HTTP API: verifies Cognito access tokens."""
