"""The kernel that the services share; it knows no service."""
