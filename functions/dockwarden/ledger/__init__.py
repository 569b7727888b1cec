"""What Dockwarden remembers: intents, receipts, leases, settings, the index of instances, sent messages."""
