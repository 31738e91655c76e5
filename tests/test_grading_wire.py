"""What goes over the wire comes back equal; what was tampered with is refused, never believed."""

from __future__ import annotations

import copy
import json
import math
import random
import socket
import struct
import threading

import numpy as np
import pytest
import torch

from course_utils.checks import Failure, Outcome
from course_utils.checks.outcome import Strange
from course_utils.grading import outcomes, wire

VALUES = [
    None, True, False, ..., 0, -7, 2**63, 1.5, -0.0, math.inf, -math.inf, 1 + 2j, "", "ü✓ 'x'",
    [], (), {}, [1, (2.0, "x")], {"a": [None], "b": ()}, Strange("generator"),
    torch.arange(6.0).reshape(2, 3), torch.tensor(3), torch.empty(0, 4),
    torch.tensor([True, False]),
    torch.arange(6.0).reshape(2, 3).T, torch.ones(3, 1).expand(3, 4), torch.tensor([1 + 1j]).conj(),
    torch.tensor([math.nan, -math.inf]), torch.ones(2, dtype=torch.bfloat16), torch.ones(1, 1, 1),
    torch.arange(10, dtype=torch.int64)[::3], torch.ones(2, requires_grad=True),
    np.arange(4, dtype=np.float64).reshape(2, 2), np.array(2, dtype=np.int32), np.ones((0, 2)),
]  # fmt: skip


def same(a, b) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        kind = (a.dtype, a.shape, a.requires_grad) == (b.dtype, b.shape, b.requires_grad)
        return kind and bool(torch.allclose(a, b, rtol=0, atol=0, equal_nan=True))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a == b and str(a) == str(b)


@pytest.mark.parametrize("value", VALUES, ids=lambda v: str(v)[:20].replace("\n", " "))
def test_a_value_comes_back_as_it_went(value):
    tree, body = wire.pack(value)
    assert same(wire.unpack(json.loads(json.dumps(tree)), bytearray(body)), value)


def test_what_cannot_go_is_named_not_sent():
    assert wire.unpack(*wire.pack(10**30)) == Strange("huge int")
    assert wire.unpack(*wire.pack(np.array([object()]))) == Strange("NumPy array of object")
    assert wire.unpack(*wire.pack(torch.eye(2).to_sparse())).type.startswith("float32 tensor")
    assert wire.unpack(*wire.pack(torch.ones(2, device="meta"))) == Strange("tensor on meta")
    with pytest.raises(wire.WireError, match="more than 64 MB"):
        wire.pack(torch.zeros(1).expand(1 << 26))
    with pytest.raises(wire.WireError, match="cannot send a object"):
        wire.pack(object())


def test_a_third_truth_value_is_made_one_of_two():
    tree, _ = wire.pack(torch.tensor([True, False]))
    assert wire.unpack(tree, b"\x02\x00").tolist() == [True, False]
    assert wire.unpack(tree, b"\x02\x00").sum().item() == 1


FORGED = [
    [], ["none"], ["plain", 3], ["plain", "x"], ["int", 3], ["int", "9" * 50], ["int", "x"],
    ["float", "1e400x"], ["float", "nan "], ["str", 3], ["list", 3],
    ["dict", [[1, ["plain", None]]]],
    ["handle", 0], ["ellipsis", 1], ["complex", ["str", "x"], ["int", "0"]], "tensor", 7, None,
    ["tensor", {"dtype": "object", "shape": [], "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [4], "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [-1], "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [1], "start": -4}, False],
    ["tensor", {"dtype": "float32", "shape": [1.0], "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [True], "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [1 << 40, 1 << 40], "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [1] * 20, "start": 0}, False],
    ["tensor", {"dtype": "float32", "shape": [1]}, False], ["tensor", "x", False],
]  # fmt: skip


@pytest.mark.parametrize("tree", FORGED, ids=str)
def test_a_forged_value_is_refused(tree):
    with pytest.raises(wire.WireError):
        wire.unpack(tree, bytearray(8))


def test_depth_is_bounded():
    tree = ["plain", None]
    for _ in range(5000):
        tree = ["list", [tree]]
    with pytest.raises(wire.WireError, match="too deep"):
        wire.unpack(tree, b"")


def test_an_outcome_comes_back_as_it_went():
    went = Outcome(
        "raised", None, Failure("ValueError", "no", "x = 1", 3), "printed", ("old",), (1,), "d", 0.5
    )
    header, body = outcomes.pack_outcome(went, lambda _: 0)
    assert outcomes.unpack_outcome(json.loads(json.dumps(header)), body, lambda _: None) == went


def test_tampering_with_an_outcome_never_does_more_than_raise():
    """Replace any field by nonsense, many times over: an outcome or a `WireError`, nothing else."""
    dice = random.Random(0)
    header, body = outcomes.pack_outcome(
        Outcome("returned", (torch.ones(2, 3), {"a": [1.5, "x"]}), printed="hello"), lambda _: 0
    )
    nonsense = [None, -1, 1e400, "x" * 10_000, [], {}, [[]], True, 2**70, "tensor", {"shape": 1}]
    refused = 0
    for _ in range(3000):
        forged = copy.deepcopy(header)
        at, key = forged, dice.choice(list(forged))
        while isinstance(at[key], (list, dict)) and at[key] and dice.random() < 0.8:
            at = at[key]
            key = dice.choice(list(at) if isinstance(at, dict) else range(len(at)))
        at[key] = dice.choice(nonsense)
        try:
            outcome = outcomes.unpack_outcome(forged, body, lambda number: number)
        except wire.WireError:
            refused += 1
        else:
            assert isinstance(outcome.printed, str)
            assert len(outcome.printed) <= wire.LONGEST
    assert refused > 1000


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_frame_arrives(pair):
    threading.Thread(target=wire.send, args=(pair[0], {"a": 1}, bytes(3 << 20))).start()
    header, body = wire.receive(pair[1], 10)
    assert header == {"a": 1}
    assert len(body) == 3 << 20


FRAME = struct.Struct("!IQ")


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", "in time"),
        (b"\x00", "in time"),
        (FRAME.pack(1 << 30, 0), "too large"),
        (FRAME.pack(2, 1 << 60), "too large"),
        (FRAME.pack(2, 0) + b"[]", "not a JSON object"),
        (FRAME.pack(2, 0) + b"{x", "not JSON"),
        (FRAME.pack(9, 0) + b'{"a":NaN}', "not JSON"),
        (FRAME.pack(2, 0) + b"\xff\xfe", "not JSON"),
        (FRAME.pack(100_000, 0) + b"[" * 100_000, "not JSON"),
        (FRAME.pack(2, 5) + b"{}ab", "in time"),
    ],
)
def test_a_malformed_frame_is_refused_in_time(pair, raw, error):
    pair[0].sendall(raw)
    with pytest.raises(wire.WireError, match=error):
        wire.receive(pair[1], 0.2)


def test_a_closed_connection_is_noticed(pair):
    pair[0].close()
    with pytest.raises(wire.WireError, match="closed"):
        wire.receive(pair[1], 5)


def test_a_frame_that_is_too_large_is_not_sent(pair):
    with pytest.raises(wire.WireError, match="too large"):
        wire.send(pair[0], {"a": "x" * (2 << 20)})
