"""What identity answers over HTTP: accounts, claims, follows, invitations, settings.

The gateway passes these shapes on under ``/api/v1``, at the same paths.
"""
