"""The plumbing: state, events, calls and what is seen of them from outside."""
