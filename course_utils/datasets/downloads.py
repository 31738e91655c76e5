"""MNIST and CIFAR-10, for those who have a network: fetched once, then read from a cache."""

from __future__ import annotations

import gzip
import os
import warnings
import zlib
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError

import numpy as np
import torch
from torch import Tensor

from course_utils.datasets._checks import check_positive, unknown
from course_utils.datasets.files import DatasetError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Collection:
    """One set of images as OpenML holds it: a table with a row of pixels for each image.

    A row has the pixels of the first channel from left to right and from top to bottom, then those
    of the next, as whole numbers from 0 to 255; its last column, "class", has the label.
    """

    title: str
    openml: str  # its name there; version 1
    shape: tuple[int, int, int]  # channels (red, green, blue), height, width
    size: str  # of the file, which is text


COLLECTIONS = {
    "mnist": Collection("MNIST", "mnist_784", (1, 28, 28), "about 130 MB"),  # data set 554
    "cifar10": Collection("CIFAR-10", "CIFAR_10", (3, 32, 32), "about 650 MB"),  # data set 40927
}
_OFFLINE = "go on without it: make_images() and load_dataset('digits') work offline."


def fetch_images(
    name: str, n: int | None = None, *, data_home: str | os.PathLike[str] | None = None
) -> tuple[Tensor, Tensor]:
    """Fetch MNIST or CIFAR-10 from OpenML; the course's own data need no network.

    The first call downloads, all others read scikit-learn's cache. Each time the file is compared
    with the md5 that OpenML publishes for it, and its shape, classes and pixels are looked at. A
    large download sometimes breaks off at the server; that is noticed, and the next call fetches
    the file anew. The table is text: reading MNIST takes seconds, CIFAR-10 about half a minute and
    3 GB of memory.

    Parameters
    ----------
    name : str
        ``"mnist"``, 70,000 handwritten digits (the last 10,000 are the test part), or
        ``"cifar10"``, 60,000 photographs (again the last 10,000): 0 airplane, 1 automobile, 2 bird,
        3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
    n : int, optional
        Return the first `n` images only; all where None.
    data_home : path, optional
        The folder of the cache; scikit-learn's own, ``~/scikit_learn_data``, where None.

    Returns
    -------
    X : Tensor, shape (n, 1, 28, 28) or (n, 3, 32, 32), float32
        Grey, or red, green and blue, from 0 to 1.
    y : Tensor, shape (n,), int64

    Raises
    ------
    ValueError
        For an unknown name.
    DatasetError
        If there is no network, or what arrived is not what was published.

    Examples
    --------
    >>> X, y = fetch_images("mnist", 1000)  # doctest: +SKIP

    References
    ----------
    Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*, 1998.
    A. Krizhevsky, *Learning multiple layers of features from tiny images*, 2009.
    """
    if name not in COLLECTIONS:
        raise ValueError(unknown("collection of images to fetch", str(name), COLLECTIONS))
    if n is not None:
        check_positive("n", n)
    collection = COLLECTIONS[name]
    pixels, labels = _checked(collection, *_download(collection, data_home))
    X = torch.tensor(pixels[:n], dtype=torch.float32).div_(255).reshape(-1, *collection.shape)
    return X, torch.tensor(labels[:n], dtype=torch.int64)


def _download(
    collection: Collection, data_home: str | os.PathLike[str] | None
) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    from sklearn.datasets import fetch_openml, get_data_home

    try:
        with warnings.catch_warnings():
            # Trying again is announced by warnings; how it ended is all that matters here.
            warnings.simplefilter("ignore")
            bunch = fetch_openml(
                collection.openml,
                version=1,
                data_home=data_home,
                as_frame=False,
                parser="pandas",
                # Classes are numbers here. Left to itself, pandas makes categories of them, which
                # scikit-learn takes for text; and float32 needs half of the memory.
                read_csv_kwargs={"dtype": "float32", "quotechar": "'"},
                n_retries=1,
                delay=0.5,
            )
    except (EOFError, HTTPException, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(
            f"The download of {collection.title} ({collection.size}) broke off ({error}). Try "
            f"again: what is incomplete is fetched anew. Or {_OFFLINE}"
        ) from error
    except HTTPError as error:
        raise DatasetError(
            f"OpenML does not give out {collection.title} now ({error}). Try again later, or "
            f"{_OFFLINE}"
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{collection.title} has to be downloaded once ({collection.size}), and OpenML cannot "
            f"be reached ({error}). Connect to a network and try again, or {_OFFLINE}"
        ) from error
    except ValueError as error:
        raise DatasetError(
            f"OpenML's answer for {collection.title} is not what was published, most likely "
            f"because the download broke off ({error}) Try again: what is incomplete is fetched "
            f"anew. If that does not help, delete the folder openml in scikit-learn's cache "
            f"({get_data_home(data_home)}). Or {_OFFLINE}"
        ) from error
    return bunch.data, bunch.target


def _checked(
    collection: Collection, data: NDArray[np.generic], target: NDArray[np.generic]
) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    """Refuse a table that holds something else than ten classes of images with bytes as pixels."""
    wrong = ""
    labels = np.asarray(target).astype(np.int64)
    if data.ndim != 2 or data.shape[1] != int(np.prod(collection.shape)):
        wrong = f"its table has the shape {data.shape}"
    elif np.unique(labels).tolist() != list(range(10)):
        wrong = f"its classes are {np.unique(labels).tolist()[:12]}, not 0 to 9"
    elif not (np.min(data) >= 0 and np.max(data) <= 255):  # NaN fails as well
        wrong = "its pixels are not numbers from 0 to 255"
    if wrong:
        raise DatasetError(
            f"What OpenML calls {collection.openml} is not {collection.title} as the course knows "
            f"it: {wrong}. Go on with make_images() or load_dataset('digits')."
        )
    return data, labels
