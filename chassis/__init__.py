"""The microservice chassis: how services say things. It knows no domain word."""
