"""The tests, by kind and then by service; the servers they need are found by tests.harness."""
