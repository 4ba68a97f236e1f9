"""Brings the store up to date: fetches what is missing, looks at it, and only then keeps it."""
