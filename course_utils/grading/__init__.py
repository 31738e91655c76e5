"""Grading a whole class: the student's code and the checks never share a process."""
