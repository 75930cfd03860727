"""The service that live calls ask: look-ups, requests, work orders, speech. It knows no telephone system."""
