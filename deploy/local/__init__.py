"""The embedded stack: MongoDB, Kafka and the five services as processes on this machine."""
