"""Pages that say what was found: one for each student, one for the instructor."""

from .pages import folder_names, write_reports

__all__ = ["folder_names", "write_reports"]
