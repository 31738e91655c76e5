"""Let stock ``nbgrader autograde`` mark in our sandbox, and without doing anything twice.

In ``nbgrader_config.py`` of a course::

    c = get_config()
    from course_utils.grading.nbgrader_inside import PREPROCESSORS, SANITIZERS
    c.Autograde.sanitize_preprocessors = SANITIZERS
    c.Autograde.autograde_preprocessors = PREPROCESSORS
    c.OverwriteCells.add_missing_cells = True

No kernel is started and nothing of a submission is executed in nbgrader's process. Test cells get
the outputs from which nbgrader's own scoring reads the marks; other cells stay without outputs.
Everything else is nbgrader's own code: three of its steps are exchanged (`steps`), and while it
autogrades its gradebook stays open (`book`).

Source: nbgrader's "Configuration options", https://nbgrader.readthedocs.io.
"""

from .judge import Judge
from .steps import (
    PREPROCESSORS,
    SANITIZERS,
    CheckCellMetadata,
    GradeInSandbox,
    SaveAutoGrades,
    outputs,
)

__all__ = [
    "PREPROCESSORS",
    "SANITIZERS",
    "CheckCellMetadata",
    "GradeInSandbox",
    "Judge",
    "SaveAutoGrades",
    "outputs",
]
