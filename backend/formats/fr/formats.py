"""The day and the hour with the word between them that French has; all else is Django's."""

DATETIME_FORMAT = "j F Y à H:i"
