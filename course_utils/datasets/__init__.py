"""Bundled tables, generators of toy data, and the way from a table to batches.

Everything but `fetch_images` works offline. The tables lie in ``data/`` as small CSV files, each
checked against its sha256 when it is loaded; ``data/README.md`` says where each comes from.
"""

from __future__ import annotations

from course_utils.datasets.dataset import Dataset
from course_utils.datasets.downloads import fetch_images
from course_utils.datasets.files import DatasetError, check_data_files
from course_utils.datasets.generators import make_points, make_regression
from course_utils.datasets.images import IMAGE_CLASSES, make_images
from course_utils.datasets.preparation import Splits, batches, split, standardize
from course_utils.datasets.tables import dataset_names, load_dataset
from course_utils.datasets.waiting import Waiting

__all__ = [
    "IMAGE_CLASSES",
    "Dataset",
    "DatasetError",
    "Splits",
    "Waiting",
    "batches",
    "check_data_files",
    "dataset_names",
    "fetch_images",
    "load_dataset",
    "make_images",
    "make_points",
    "make_regression",
    "split",
    "standardize",
]
