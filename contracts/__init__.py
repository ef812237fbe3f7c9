"""What the services say to each other: envelope, events, topics, schemas, examples."""
