"""Let stock ``nbgrader autograde`` mark in our sandbox, and without doing anything twice.

In ``nbgrader_config.py`` of a course::

    c = get_config()
    from course_utils.grading.nbgrader_inside import PREPROCESSORS, SANITIZERS, QuickExporter
    c.Autograde.sanitize_preprocessors = SANITIZERS
    c.Autograde.autograde_preprocessors = PREPROCESSORS
    c.Autograde.exporter_class = QuickExporter
    c.OverwriteCells.add_missing_cells = True

No kernel is started and nothing of a submission is executed in nbgrader's process. Test cells get
the outputs from which nbgrader's own scoring reads the marks; other cells stay without outputs.
Everything else is nbgrader's own code. Each line stands for itself: `PREPROCESSORS` alone moves the
marking into the sandbox, the others only save time.

Source: nbgrader's "Advanced topics" and its `Autograde` options, https://nbgrader.readthedocs.io.
"""

from .exporter import QuickExporter
from .judge import Judge
from .steps import PREPROCESSORS, SANITIZERS, CheckCellMetadata, GradeInSandbox, outputs

__all__ = [
    "PREPROCESSORS",
    "SANITIZERS",
    "CheckCellMetadata",
    "GradeInSandbox",
    "Judge",
    "QuickExporter",
    "outputs",
]
