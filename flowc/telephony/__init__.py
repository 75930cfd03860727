"""A virtual caller and telephones over SIP and RTP, with ears. Knows no flow and no server by name."""
