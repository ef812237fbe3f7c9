"""What the JSON API answers and the pages show. One shape for both, so they cannot disagree.

Texts and addresses that follow from other fields are computed, never passed in. Addresses are
paths on this site.
"""
