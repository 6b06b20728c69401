"""Say what is missing on this machine before anything is installed, served or downloaded.

Standard library only, and in a syntax that Python 3.6 still reads, so that an old interpreter gets a
sentence instead of a SyntaxError. Annotations that need a newer Python are quoted for the same reason.
Each failure is one line on stderr and exit code 2.
"""

import argparse
import errno
import importlib.util
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MINIMUM_PYTHON = (3, 11)
MINIMUM_INSTALL_BYTES = 4 * 1000**3
MINIMUM_DATA_BYTES = 200 * 1000**2
TORCH_REQUIREMENT = "torch==2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
GPU_PREFIXES = ("nvidia-", "cuda-", "triton")
# Older versions fetch whole files during a dry run: the check would cost the download it warns about.
MINIMUM_PIP_FOR_DRY_RUN = (26, 3)
DRY_RUN_SECONDS = 120
PAUSE_SECONDS = 10  # long enough for a person to read the warning and press Ctrl+C
LISTENING = "0A"
HIGHEST_PORT = 65535


class PreflightError(Exception):
    """Something is missing; the message says what, and what to do."""


def check_python(version: "tuple[int, ...]", *, executable: str = sys.executable) -> None:
    """Refuse an interpreter older than the project supports.

    Raises:
        PreflightError: `version` is below `MINIMUM_PYTHON`.
    """
    if tuple(version[:2]) < MINIMUM_PYTHON:
        found = ".".join(str(part) for part in version[:3])
        needed = ".".join(str(part) for part in MINIMUM_PYTHON)
        raise PreflightError(
            f"Python {needed} or newer is needed, {executable} is {found}; "
            f"install a newer one and name it: make demo PYTHON=python{needed}"
        )


def check_venv_modules(
    version: "tuple[int, ...]", *, names: "tuple[str, ...]" = ("venv", "ensurepip")
) -> None:
    """Refuse a Python that cannot build a virtual environment, as Debian's is without an extra package.

    Raises:
        PreflightError: one of the modules cannot be found.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        debian = f"python{version[0]}.{version[1]}-venv"
        raise PreflightError(
            f"this Python cannot build a virtual environment (no module {' and '.join(missing)}); "
            f"on Debian or Ubuntu: apt-get install {debian} (or python3-venv)"
        )


def nearest_folder(path: Path) -> Path:
    """Return `path` if it exists, else the closest ancestor that does."""
    candidate = path.absolute()
    while not candidate.exists() and candidate != candidate.parent:
        candidate = candidate.parent
    return candidate


def check_free_space(path: Path, *, free: int, minimum: int, purpose: str) -> None:
    """Refuse a file system with less than `minimum` bytes left (both figures in bytes).

    Raises:
        PreflightError: `free` is below `minimum`.
    """
    if free < minimum:
        raise PreflightError(
            f"{purpose} needs {size(minimum)} of free disk space, {path} has {size(free)}; "
            "free some space or move the project to another disk"
        )


def size(count: int) -> str:
    """Write a number of bytes for a person, in decimal units."""
    if count >= 1000**3:
        return f"{count / 1000**3:.1f} GB"
    return f"{count / 1000**2:.0f} MB"


def check_writable(folder: Path) -> None:
    """Refuse a data folder nothing can be written to, by writing a file that vanishes at once.

    Raises:
        PreflightError: the folder, or the ancestor it would be made in, refuses a new file.
    """
    place = nearest_folder(folder)
    try:
        with tempfile.TemporaryFile(dir=str(place)):
            pass
    except OSError as error:
        raise PreflightError(
            f"the data folder {folder} cannot be written to ({place}: {error.strerror}); "
            "choose another: make demo LANDFALL_DATA_DIR=/path/to/folder"
        ) from error


def parse_port(text: str) -> int:
    """Read a TCP port.

    Raises:
        PreflightError: not a whole number from 1 to 65535.
    """
    if not (text.isdecimal() and 1 <= int(text) <= HIGHEST_PORT):
        raise PreflightError(f"PORT must be a whole number from 1 to {HIGHEST_PORT}, not {text!r}")
    return int(text)


def check_port(host: str, port: int) -> None:
    """Refuse an address that cannot be bound, and say who has it where the system tells.

    Raises:
        PreflightError: the address is taken, not this machine's, or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise PreflightError(
            f"the host {host!r} has no address ({error.strerror}); choose another: make demo HOST=127.0.0.1"
        ) from error
    with socket.socket(family, kind, protocol) as probe:
        # As the server does: a port whose last connections are still fading out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise PreflightError(port_problem(host, port, error)) from error


def port_problem(host: str, port: int, error: OSError) -> str:
    """Turn a failed bind into what is wrong and what to do."""
    if error.errno == errno.EADDRINUSE:
        holders = " and ".join(system_listeners(port)) or f"{host}:{port}"
        return (
            f"port {port} is already in use by a server listening on {holders}; "
            f"stop it or choose another: make demo PORT={port + 1 if port < HIGHEST_PORT else 8000}"
        )
    if error.errno == errno.EACCES:
        return f"port {port} may not be opened by this user; choose another: make demo PORT=8001"
    return f"{host}:{port} cannot be opened ({error.strerror}); choose another: make demo HOST=127.0.0.1"


def system_listeners(port: int) -> "list[str]":
    """Return the addresses that listen on `port`, where Linux tells; empty elsewhere."""
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if table.exists():
            found.extend(listeners(table.read_text(encoding="ascii"), port))
    return sorted(set(found))


def listeners(table: str, port: int) -> "list[str]":
    """Read the listening addresses of `port` from the text of `/proc/net/tcp` or `/proc/net/tcp6`."""
    found = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        address, _, port_hex = fields[1].rpartition(":")
        if fields[3] == LISTENING and int(port_hex, 16) == port:
            found.append(f"{readable_address(address)}:{port}")
    return found


def readable_address(text: str) -> str:
    """Turn the kernel's hexadecimal address, little-endian in words of four bytes, into the usual form."""
    raw = bytes.fromhex(text)
    packed = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    if len(packed) == len(b"ipv4"):
        return socket.inet_ntop(socket.AF_INET, packed)
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]"


def gpu_packages(requirements: "list[str]", *, system: str, machine: str) -> "list[str]":
    """Return the names among torch's requirements that only a CUDA build has, sorted.

    Args:
        requirements: as a wheel's metadata lists them, such as `triton==3.7.1; platform_system == "Linux"`.
        system: what `platform.system()` says where the wheel would be installed.
        machine: what `platform.machine()` says there.
    """
    found = set()
    for requirement in requirements:
        name, _, marker = requirement.partition(";")
        conditions = re.findall(r"platform_(system|machine)\s*==\s*[\"']([^\"']+)", marker)
        actual = {"system": system, "machine": machine}
        if name.lower().startswith(GPU_PREFIXES) and all(actual[key] == value for key, value in conditions):
            found.add(re.split(r"[^A-Za-z0-9._-]", name)[0].lower())
    return sorted(found)


def cuda_warning(packages: "list[str]") -> str:
    """Word the warning given before a CUDA build is downloaded."""
    return (
        f"WARNING: pip is about to download the CUDA build of torch, more than 1 GB "
        f"(it requires {', '.join(packages)}).\n"
        f"         Landfall needs only the CPU build, from PyTorch's CPU index {TORCH_CPU_INDEX}\n"
        f"         To use it, press Ctrl+C and run: make install TORCH_INDEX={TORCH_CPU_INDEX}"
    )


def has_torch(python: str) -> bool:
    """Tell whether that interpreter already finds torch, without importing it.

    Raises:
        PreflightError: that interpreter cannot be started.
    """
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    try:
        return subprocess.run([python, "-c", code], check=False).returncode == 0
    except OSError as error:
        raise PreflightError(f"{python} cannot be started ({error.strerror}); run: make install") from error


def pip_version(python: str) -> "tuple[int, ...]":
    """Return the version of that interpreter's pip as numbers; (0,) when it has none."""
    answer = subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True, text=True)
    words = answer.stdout.split()
    if answer.returncode != 0 or len(words) <= 1:
        return (0,)
    return tuple(int(part) for part in words[1].split(".") if part.isdecimal())


def torch_requirements(python: str, constraints: Path) -> "list[str]":
    """Ask pip what the torch it would install requires; empty when it cannot tell in time.

    `fast-deps` reads a wheel's metadata without fetching the wheel. An unreachable registry is no reason
    to stop here: the installation itself reports it better.
    """
    command = [python, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--use-feature=fast-deps"]
    command += ["--report", "-", TORCH_REQUIREMENT, "-c", str(constraints)]
    try:
        answer = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DRY_RUN_SECONDS)
    except subprocess.TimeoutExpired:
        return []
    if answer.returncode != 0:
        return []
    return requirements_in(answer.stdout)


def requirements_in(report: str) -> "list[str]":
    """Return what the packages of a pip report (JSON) require."""
    entries = json.loads(report).get("install", [])
    return [line for entry in entries for line in entry["metadata"].get("requires_dist", [])]


def run_install(arguments: argparse.Namespace) -> None:
    """Check what building the virtual environment needs."""
    check_venv_modules(sys.version_info[:3])
    folder = nearest_folder(arguments.project)
    free = shutil.disk_usage(str(folder)).free
    check_free_space(folder, free=free, minimum=arguments.minimum_bytes, purpose="the installation")


def run_serve(arguments: argparse.Namespace) -> None:
    """Check what a server on this address and this data folder needs."""
    check_port(arguments.host, parse_port(arguments.port))
    check_writable(arguments.data)
    folder = nearest_folder(arguments.data)
    free = shutil.disk_usage(str(folder)).free
    check_free_space(folder, free=free, minimum=arguments.minimum_bytes, purpose="the data folder")


def run_torch(arguments: argparse.Namespace) -> None:
    """Warn, and only warn, before pip downloads a CUDA build."""
    if has_torch(arguments.python) or pip_version(arguments.python) < MINIMUM_PIP_FOR_DRY_RUN:
        return
    packages = gpu_packages(
        torch_requirements(arguments.python, arguments.constraints),
        system=platform.system(),
        machine=platform.machine(),
    )
    if packages:
        print(cuda_warning(packages), file=sys.stderr)
        if sys.stdin.isatty():
            time.sleep(PAUSE_SECONDS)


def build_parser(root: Path) -> argparse.ArgumentParser:
    """Describe the subcommands; paths default to places below `root`, the project folder."""
    parser = argparse.ArgumentParser(
        prog="preflight", description="Checks before Landfall is installed or served."
    )
    commands = parser.add_subparsers(dest="command")
    commands.required = True
    install = commands.add_parser("install", help="Python, venv and disk space for the virtual environment")
    install.add_argument("--project", type=Path, default=root)
    install.add_argument("--minimum-bytes", type=int, default=MINIMUM_INSTALL_BYTES)
    install.set_defaults(run=run_install)
    serve = commands.add_parser("serve", help="port, data folder and disk space for the server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", default="8000")
    serve.add_argument(
        "--data", type=Path, default=Path(os.environ.get("LANDFALL_DATA_DIR") or str(root / "data"))
    )
    serve.add_argument("--minimum-bytes", type=int, default=MINIMUM_DATA_BYTES)
    serve.set_defaults(run=run_serve)
    torch = commands.add_parser("torch", help="warn before a download of more than 1 GB")
    torch.add_argument("--python", default=str(root / ".venv" / "bin" / "python"))
    torch.add_argument("--constraints", type=Path, default=root / ".ci" / "constraints.txt")
    torch.set_defaults(run=run_torch)
    return parser


def main(argv: "list[str]", *, version: "tuple[int, ...]" = sys.version_info[:3]) -> int:
    """Run one subcommand; 0 when nothing is wrong, 2 after one line on stderr."""
    try:
        check_python(version)
        arguments = build_parser(Path(__file__).resolve().parent.parent).parse_args(argv)
        arguments.run(arguments)
    except PreflightError as error:
        print(f"preflight: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
