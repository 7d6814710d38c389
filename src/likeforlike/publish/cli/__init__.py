"""The command line: one module per topic, each with `register(app)`."""
