"""In and out: documents, calendars, text and shipped programs."""

__all__ = []
