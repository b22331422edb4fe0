"""Orders: areas bought for a term, the invoice that pays them, the entitlements that follow."""
