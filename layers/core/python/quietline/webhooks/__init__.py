"""Outbound webhooks: endpoints of organizations, signed deliveries, and their way until they arrive or are given up."""
