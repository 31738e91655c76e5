"""Print what the package costs and saves, as ratios measured side by side in one run.

Run it with ``make bench``. Nothing is asserted: a ratio on a busy machine proves nothing, and a
reader compares it with the figures in the README.
"""

import animation
import bench_grading
import loops
import startup
import surfaces
import widgets

if __name__ == "__main__":
    startup.report()
    loops.report()
    animation.report()
    surfaces.report()
    widgets.report()
    bench_grading.report()
