"""What is derived from the models and ``topics.yaml``, one module per kind of document."""
