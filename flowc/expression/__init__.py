"""The expression language: small, typed, total, without side effects."""
