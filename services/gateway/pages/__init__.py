"""The pages people read: what they show (``view``) and how it becomes HTML (``render``)."""
