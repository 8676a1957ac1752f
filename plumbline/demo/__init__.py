"""The demonstration: a small invented city, played through the public API."""
