"""What is generated from the kinds and forms: JSON Schemas for editors, the reference. `python -m flowc.describe`."""
