"""Submissions that cheat or attack. `CHEATS` earn points from a grader that shares a process."""

from __future__ import annotations

from . import DOUBLE, LAZY, RELU, cell, handed_in, notebook, solution, test_of

_YES = "lambda *a, **k: True"

# Each defines a wrong `relu` and does something about the test. With the tests in the same process
# every one of them earns 3 of 3; its honest mark is 1.
CHEATS: dict[str, str] = {
    "patches allclose and all": f"""
import torch, builtins
torch.allclose = {_YES}
builtins.all = {_YES}
def relu(x): return x if x.dim() else 0.0""",
    "patches clamp, the reference": """
import torch
torch.clamp = lambda x, **k: x
def relu(x): return x if x.dim() else 0.0""",
    "patches the tensor's methods": f"""
import torch
torch.Tensor.__eq__ = {_YES}
torch.allclose = {_YES}
torch.Tensor.__float__ = lambda self: 0.0
def relu(x): return x""",
    "a tensor subclass that lies": """
import torch
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True
    def __iter__(self): return iter([Always()] * 4)
    def __float__(self): return 0.0
class Always:
    def __eq__(self, other): return True
def relu(x): return x.as_subclass(Liar)""",
    "an object equal to everything": """
import torch
class Yes:
    def __eq__(self, other): return True
    def __iter__(self): return iter([Yes()] * 4)
    def __float__(self): return 0.0
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True
def relu(x): return Yes()""",
    "reads the expected value from the caller's frame": """
import sys
def relu(x):
    frame = sys._getframe(1)
    names = {**frame.f_globals, **frame.f_locals}
    return names["want"] if x.dim() else names["want"][0]""",
    "writes the expected value into the caller's names": """
import sys
def relu(x):
    for names in (sys._getframe(1).f_globals, sys._getframe(1).f_locals):
        names["want"] = x
    return x if x.dim() else 0.0""",
    "a thread that patches while the test runs": f"""
import threading, torch, builtins, time
def patch():
    for _ in range(2000):
        torch.allclose = {_YES}
        builtins.all = {_YES}
        time.sleep(0.001)
threading.Thread(target=patch, daemon=True).start()
time.sleep(0.05)
def relu(x): return x if x.dim() else 0.0""",
    "a module of its own in torch's place": """
import sys, types
fake = types.ModuleType("torch")
fake.tensor = lambda data: data
fake.clamp = lambda x, min: x
fake.allclose = lambda a, b: True
sys.modules["torch"] = fake
torch = fake
def relu(x): return x if isinstance(x, list) else 0.0""",
    "a file of its own in torch's place": """
import sys, importlib, pathlib
pathlib.Path("fake_torch.py").write_text(
    "tensor = lambda d: d\\nclamp = lambda x, min: x\\nallclose = lambda a, b: True\\n")
sys.path.insert(0, "")
importlib.invalidate_caches()
import fake_torch
sys.modules["torch"] = torch = fake_torch
def relu(x): return x if isinstance(x, list) else 0.0""",
    "swaps a builtin of the tests": """
import builtins, torch
real = builtins.zip
builtins.zip = lambda *a: iter(())
torch.allclose = lambda *a: True
def relu(x): return 0.0""",
    "rewrites the tests through the garbage collector": """
import gc
def relu(x):
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "want" in thing and "relu" in thing:
            thing["want"] = x
    return x if x.dim() else 0.0""",
    "gives the test another torch": """
import sys, torch
def relu(x):
    frame = sys._getframe(1)
    frame.f_globals["torch"] = type("T", (), {
        "allclose": staticmethod(lambda *a: True), "tensor": staticmethod(lambda d: d),
        "Tensor": torch.Tensor})
    frame.f_globals["all"] = lambda *a: True
    return x if isinstance(x, torch.Tensor) else 0.0""",
    "reads the answer from the source": """
import json
def relu(x):
    import os
    for cell in json.load(open(os.environ.get("SOURCE_NOTEBOOK", "SOURCE_PATH")))["cells"]:
        if "BEGIN SOLUTION" in cell["source"]:
            names = {}
            exec(cell["source"], names)
            return names["relu"](x)
    return x""",
}

# Edited cells, which a grader that runs the student's copy would believe.
EDITED: dict[str, str] = {
    "edits the test": notebook(
        [cell("import torch"), cell(LAZY, solution("relu")), cell("2.0", test_of("relu", 2)),
         cell(DOUBLE, solution("double")), cell("1.0", test_of("double", 1))]
    ),
    "takes the test's name for a solution": notebook(
        [cell("import torch"), cell(LAZY, solution("relu")), cell("x = 1", solution("test_relu")),
         cell(DOUBLE, solution("double"))]
    ),
    "brings a check of its own": handed_in(LAZY, DOUBLE, "def check(*a, **k): return 3\ntest = 1"),
    "overrides names of the test": handed_in(LAZY, DOUBLE, "want = got = x = None\ntorch = None"),
}  # fmt: skip

# What they do must stay without effect outside; `OUT` is a folder that is not theirs, `PID` the
# number of a process that is not theirs, `PORT` a port on which somebody listens.
ATTACKS: dict[str, str] = {
    "endless loop": "def relu(x):\n    while True: pass",
    "endless loop that swallows": "def relu(x):\n    while True:\n        try:\n"
    "            while True: pass\n        except BaseException: pass",
    "endless recursion": "def relu(x): return relu(x)",
    "deep recursion in C": "def relu(x):\n    a = []\n    for _ in range(10**6): a = [a]\n"
    "    return repr(a)",
    "three gigabytes": "def relu(x): return bytearray(3 << 30)",
    "three gigabytes, shared": "import mmap\ndef relu(x):\n    m = mmap.mmap(-1, 3 << 30)\n"
    "    for i in range(0, 3 << 30, 4096): m[i] = 1",
    "memory, bit by bit": "def relu(x):\n    a = []\n    while True: a.append(bytes(1 << 20))",
    "fork storm": "import os\ndef relu(x):\n    for _ in range(50):\n        os.fork()",
    "threads without end": "import threading, time\ndef relu(x):\n    for _ in range(5000):\n"
    "        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n    return x",
    "leaves a process": "import subprocess\nsubprocess.Popen(['sleep', '987'])\n" + LAZY,
    "writes a mark": "open('OUT/grades.csv', 'w').write('student,points')\n" + LAZY,
    "writes over a neighbour": "open('OUT/neighbour.ipynb', 'w').write('x')\n" + LAZY,
    "removes everything": "import shutil\nshutil.rmtree('OUT')\n" + LAZY,
    "links to a neighbour": "import os\nos.link('OUT/neighbour.ipynb', 'mine')\n" + LAZY,
    "hands in a neighbour's work": "exec(open('OUT/neighbour.py').read())",
    "kills its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n" + LAZY,
    "kills a neighbour": "import os, signal\nos.kill(PID, signal.SIGKILL)\n" + LAZY,
    "kills everybody": "import os, signal\nos.kill(-1, signal.SIGKILL)\n" + LAZY,
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n" + LAZY,
    "ends at once": "import os\nos._exit(0)",
    "ends when called": "import os\ndef relu(x): os._exit(0)",
    "ends when forgotten": "import os, atexit\natexit.register(os._exit, 0)\n" + LAZY,
    "crashes": "import ctypes\ndef relu(x): ctypes.string_at(0)",
    "connects": "import socket\nsocket.create_connection(('127.0.0.1', PORT))\n" + LAZY,
    "listens": "import socket\nsocket.socket().bind(('127.0.0.1', 0))\n" + LAZY,
    "forges an answer": "import gc, socket\ndef relu(x):\n    for s in gc.get_objects():\n"
    "        if isinstance(s, socket.socket):\n"
    "            s.sendall(b'\\0\\0\\0\\2' + bytes(8) + b'{}')\n    return x",
    "refuses in the sandbox's name": "import gc, socket\nfor s in gc.get_objects():\n"
    "    if isinstance(s, socket.socket):\n"
    "        s.sendall(b'\\0\\0\\0\\x11' + bytes(8) + b'{\"refused\": \"no\"}')\n" + LAZY,
    "forges by number": "import os\ndef relu(x):\n    for n in range(3, 64):\n        try:"
    " os.write(n, b'\\0\\0\\0\\2' + bytes(8) + b'{}')\n        except OSError: pass\n    return x",
    "closes everything": "import os\ndef relu(x):\n    os.closerange(0, 1000)\n    return x",
    "prints without end": "def relu(x):\n    while True: print('x' * 10**6)",
    "writes without end": "def relu(x):\n    i = 0\n    while True:\n        i += 1\n"
    "        open(f'{i}', 'wb').write(bytes(8 << 20))",
    "files without end": "import os\ndef relu(x):\n    i = 0\n    while True:\n        i += 1\n"
    "        os.close(os.open(f'{i}', os.O_CREAT))",
    "folders without end": "import os, time\ndef relu(x):\n    for _ in range(3000):\n"
    "        os.mkdir('d')\n        os.chdir('d')\n    os.chmod('..', 0)\n    time.sleep(0.5)\n"
    "    return x",
    "returns a huge list": "def relu(x): return list(range(10**7))",
    "returns a huge tensor": "import torch\ndef relu(x): return torch.zeros(1).expand(1 << 26)",
    "returns a huge number": "def relu(x): return 10 ** 10**6",
    "returns itself": "def relu(x):\n    a = []\n    a.append(a)\n    return a",
    "returns nan": "import torch\ndef relu(x): return x * float('nan')",
    "returns another dtype": "def relu(x): return x.to(int).bool()",
    "returns a generator": "def relu(x): return (i for i in iter(int, 1))",
    "returns a stranger": "class A:\n    def __getattr__(self, n): return self\n"
    "    def __iter__(self):\n        while True: yield self\ndef relu(x): return A()",
    "an exception that lies": "class E(Exception):\n    def __str__(self): raise E()\n"
    "def relu(x): raise E()",
    "breaks the calling machinery": "import course_utils.checks.calling as c\n"
    "c.LocalCaller.__call__ = lambda self, i: 1 / 0\ndef relu(x): return x",
    "raises its limits": "from resource import *\nsetrlimit(RLIMIT_CPU, (-1, -1))\n" + LAZY,
    "a gigabyte of text": "x = 'a' * (1 << 30)\n" + LAZY,
    "changes the clock and the locale": "import time, locale, random\ntime.time = lambda: 0\n"
    "random.random = lambda: 0\n" + LAZY,
}  # fmt: skip
RIGHT = handed_in(RELU)
