"""Seccomp: give up system calls, by a filter that the kernel runs at each of them (Linux).

A worker computes; it needs no network, no new processes, no signals to others, no mounts. The
filter is a short program in the kernel's classic BPF. It refuses with an error number, so that
Python raises `PermissionError` in the student's line instead of dying without a word.
Structures: Linux, include/uapi/linux/{seccomp,filter,audit}.h; numbers: asm/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# Refused altogether. A worker's own socket is open already: send and receive stay allowed.
_REFUSED: dict[str, tuple[int, int]] = {  # name: number on x86_64, on aarch64; -1: has none
    # network, and new channels to other processes
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "bind": (49, 200),
    "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242), "mq_open": (240, 180),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186),
    "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187), "mq_unlink": (241, 181),
    # new programs and processes (threads may be made, see below)
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "execveat": (322, 281),
    # other processes: looking in, signals, handles
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "kcmp": (312, 272), "process_madvise": (440, 440), "move_pages": (279, 239),
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274), "sched_setaffinity": (203, 122), "ioprio_set": (251, 30),
    # files that are open for reading only, or not at all: old versions of Landlock let it pass
    "truncate": (76, 45),
    # memory that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    # other users, other roots, other name spaces, mounts
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setfsuid": (122, 151),
    "setfsgid": (123, 152), "setgroups": (116, 159), "capset": (126, 91), "chroot": (161, 51),
    "pivot_root": (155, 41), "mount": (165, 40), "umount2": (166, 39), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # the kernel itself
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "syslog": (103, 116),
    "personality": (135, 92), "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224),
    "swapoff": (168, 225), "reboot": (169, 142), "sethostname": (170, 161),
    "setdomainname": (171, 162), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "fanotify_init": (300, 262), "iopl": (172, -1),
    "ioperm": (173, -1), "modify_ldt": (154, -1),
}  # fmt: skip
# Do nothing, and say that it is done: Landlock forbids none of them, so that the owner of a file
# anywhere could be locked out of it; and who copies a file in his own folder uses them.
_IGNORED: dict[str, tuple[int, int]] = {
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, -1), "lchown": (94, -1), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
# Refused where an argument has one of these values.
_REFUSED_VALUES: dict[str, tuple[tuple[int, int], int, tuple[int, ...]]] = {
    # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE: signals to others, and files that others wait for
    "fcntl": ((72, 25), 1, (8, 10, 15, 1024)),
    # FIOSETOWN, SIOCSPGRP: the same for sockets; TIOCSTI: to type on a terminal
    "ioctl": ((16, 29), 1, (0x8901, 0x8902, 0x5412)),
    # to outlive the zygote, to be looked into by neighbours
    "prctl": ((157, 167), 0, (1, 4)),
}
# Refused unless the first argument is the process itself: its number, or 0 where that means it.
_OWN_PID = {"kill": (62, 129), "tgkill": (234, 131)}
_ONLY_ZERO = {"prlimit64": (302, 261)}
_CLONE, _CLONE3 = (56, 220), (435, 435)
# Files are not cut off while they are opened for reading: Landlock only knows that since Linux 6.2.
_OPEN, _OPENAT, _OPENAT2 = (2, -1), (257, 56), (437, 437)
_O_TRUNC, _FOR_WRITING = 0x200, 3
_CLONE_THREAD = 0x10000

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, audit number
_X32 = 0x40000000  # x86_64 has a second set of numbers above this bit

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2


def available() -> str:
    """Say why there is no filter for this machine; an empty string where there is one."""
    if not sys.platform.startswith("linux"):
        return "seccomp exists on Linux only"
    if platform.machine() not in _MACHINES:
        return f"no filter has been written for {platform.machine()}"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii") as words:  # noqa: PTH123
            known = words.read().split()
    except OSError:
        return ""  # older kernels do not tell; confine() will
    return "" if "errno" in known else "this kernel has no seccomp filters"


def program(pid: int, machine: str | None = None) -> bytes:
    """Assemble the filter.

    Parameters
    ----------
    pid
        The process that may signal itself.
    machine
        "x86_64" or "aarch64"; this machine's where not given.

    Returns
    -------
    bytes
        Eight for each instruction.

    Raises
    ------
    KeyError
        If there is no filter for the machine.

    Examples
    --------
    >>> len(program(1234, "x86_64")) % 8
    0
    """
    column, audit = _MACHINES[machine or platform.machine()]
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_EQUAL, audit, 1, 0),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER),
        _step(_JUMP_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, _ERRNO | errno.EPERM),
    ]
    for calls, error in ((_REFUSED, errno.EPERM), (_IGNORED, 0)):
        for numbers in calls.values():
            if numbers[column] >= 0:
                steps += [
                    _step(_JUMP_EQUAL, numbers[column], 0, 1),
                    _step(_RETURN, _ERRNO | error),
                ]
    for numbers, place, values in _REFUSED_VALUES.values():
        steps += _if_one_of(numbers[column], place, values)
    for number in (_CLONE3[column], _OPENAT2[column]):
        steps += [
            _step(_JUMP_EQUAL, number, 0, 1),
            _step(_RETURN, _ERRNO | errno.ENOSYS),  # then older ones are taken, whose flags show
        ]
    for number, place in ((_OPEN[column], 1), (_OPENAT[column], 2)):
        if number >= 0:
            steps += [
                _step(_JUMP_EQUAL, number, 0, 5),
                _step(_LOAD, _FIRST_ARGUMENT + 8 * place),
                _step(_JUMP_IF_SET, _O_TRUNC, 0, 2),
                _step(_JUMP_IF_SET, _FOR_WRITING, 1, 0),
                _step(_RETURN, _ERRNO | errno.EPERM),
                _step(_LOAD, _NUMBER),
            ]
    for numbers in _OWN_PID.values():
        steps += _unless(numbers[column], _step(_JUMP_EQUAL, pid, 1, 0))
    for numbers in _ONLY_ZERO.values():
        steps += _unless(numbers[column], _step(_JUMP_EQUAL, 0, 1, 0))
    steps += _unless(_CLONE[column], _step(_JUMP_IF_SET, _CLONE_THREAD, 1, 0))
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def confine() -> None:
    """Put the filter on this process, for good; threads and children inherit it.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    code = program(os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    loaded = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges()
    if libc.prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(loaded), 0, 0):
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def no_new_privileges() -> None:
    """Give up, for good, all ways to more rights; the kernel asks for it before any confinement.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS) failed")


def _unless(number: int, test: bytes) -> list[bytes]:
    """Refuse a call unless a test of its first argument (its lower half) jumps over."""
    return [
        _step(_JUMP_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        test,
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_LOAD, _NUMBER),
    ]


def _if_one_of(number: int, place: int, values: tuple[int, ...]) -> list[bytes]:
    """Refuse a call where one of its arguments (its lower half) has one of some values."""
    tests = [
        each
        for value in values
        for each in (_step(_JUMP_EQUAL, value, 0, 1), _step(_RETURN, _ERRNO | errno.EPERM))
    ]
    return [
        _step(_JUMP_EQUAL, number, 0, len(tests) + 2),
        _step(_LOAD, _FIRST_ARGUMENT + 8 * place),
        *tests,
        _step(_LOAD, _NUMBER),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
