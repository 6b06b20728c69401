"""The checks before installing, serving and downloading: each failure is one line that says what to do."""

import ast
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import preflight
import pytest

SCRIPT = Path(preflight.__file__)
GIGABYTE = 1000**3


def run_script(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script as `make` does."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Give a port of 127.0.0.1 that a server listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_script_is_readable_to_python_3_6() -> None:
    # An old interpreter must get as far as the sentence about its version.
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13), (2, 7, 18)])
def test_old_python_is_refused_with_what_to_do(
    version: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = preflight.main(["install"], version=version)

    said = capsys.readouterr().err
    assert code == 2
    assert said.count("\n") == 1
    assert ".".join(str(part) for part in version) in said
    assert "make demo PYTHON=" in said


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
def test_supported_python_passes(version: tuple[int, ...]) -> None:
    preflight.check_python(version)


def test_missing_venv_names_the_debian_package() -> None:
    with pytest.raises(preflight.PreflightError, match=r"apt-get install python3\.12-venv") as raised:
        preflight.check_venv_modules((3, 12, 1), names=("venv", "no_such_module_anywhere"))

    assert "no_such_module_anywhere" in str(raised.value)


def test_present_venv_passes() -> None:
    preflight.check_venv_modules((3, 11, 7))


def test_little_disk_is_refused_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(preflight.PreflightError, match=r"needs 4\.0 GB .* has 350 MB"):
        preflight.check_free_space(
            tmp_path, free=350 * 1000**2, minimum=4 * GIGABYTE, purpose="the installation"
        )


def test_exactly_enough_disk_passes(tmp_path: Path) -> None:
    preflight.check_free_space(tmp_path, free=GIGABYTE, minimum=GIGABYTE, purpose="the installation")


def test_install_refuses_a_disk_that_is_too_small(tmp_path: Path) -> None:
    done = run_script("install", "--project", str(tmp_path), "--minimum-bytes", str(10**18))

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert str(tmp_path) in done.stderr
    assert "free some space" in done.stderr


def test_install_is_silent_when_nothing_is_wrong(tmp_path: Path) -> None:
    done = run_script("install", "--project", str(tmp_path), "--minimum-bytes", "1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_serve_is_silent_when_nothing_is_wrong(tmp_path: Path, free_port: int) -> None:
    done = run_script(
        "serve", "--port", str(free_port), "--minimum-bytes", "1", LANDFALL_DATA_DIR=str(tmp_path / "new")
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "new").exists()


def test_taken_port_is_refused_with_another_one(tmp_path: Path, taken_port: int) -> None:
    done = run_script("serve", "--port", str(taken_port), "--data", str(tmp_path), "--minimum-bytes", "1")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{taken_port}" in done.stderr
    assert "make demo PORT=" in done.stderr


def test_port_that_was_just_closed_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)):
            connection, _ = server.accept()
            connection.close()

    preflight.check_port("127.0.0.1", port)


@pytest.mark.parametrize("text", ["", "0", "65536", "80a", "-1", "8 000"])
def test_port_that_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(preflight.PreflightError, match="PORT must be a whole number"):
        preflight.parse_port(text)


def test_unknown_host_is_refused() -> None:
    with pytest.raises(preflight.PreflightError, match="make demo HOST="):
        preflight.check_port("no-such-host.invalid", 8000)


def test_address_of_another_machine_is_refused() -> None:
    # 192.0.2.0/24 is reserved for documentation: no machine has it.
    with pytest.raises(preflight.PreflightError, match=r"192\.0\.2\.1:8000 cannot be opened"):
        preflight.check_port("192.0.2.1", 8000)


def test_listeners_reads_only_listening_sockets_of_the_port() -> None:
    table = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
        "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
        "   1: 00000000:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
        "   2: 0100007F:1F40 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0\n"
    )

    assert preflight.listeners(table, 8000) == ["127.0.0.1:8000"]
    assert preflight.listeners(table, 8001) == ["0.0.0.0:8001"]
    assert preflight.listeners(table, 8002) == []


def test_readable_address_of_the_ipv6_loopback() -> None:
    assert preflight.readable_address("00000000000000000000000001000000") == "[::1]"


def test_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("not a folder", encoding="utf-8")

    with pytest.raises(preflight.PreflightError, match="LANDFALL_DATA_DIR="):
        preflight.check_writable(file)


def test_data_folder_below_missing_ones_passes_and_leaves_nothing(tmp_path: Path) -> None:
    preflight.check_writable(tmp_path / "a" / "b")

    assert list(tmp_path.iterdir()) == []


def test_cuda_build_is_recognised_by_what_it_requires() -> None:
    requirements = [
        "filelock",
        'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"',
        'cuda-toolkit[cublas,cufft]==13.0.3; platform_system == "Linux" and platform_machine == "x86_64"',
        'triton==3.7.1; platform_system == "Linux"',
    ]

    linux = preflight.gpu_packages(requirements, system="Linux", machine="x86_64")
    arm = preflight.gpu_packages(requirements, system="Linux", machine="aarch64")
    mac = preflight.gpu_packages(requirements, system="Darwin", machine="arm64")

    assert linux == ["cuda-toolkit", "nvidia-cudnn-cu13", "triton"]
    assert arm == ["nvidia-cudnn-cu13", "triton"]
    assert mac == []


def test_cpu_build_is_no_reason_to_warn() -> None:
    report = json.dumps({"install": [{"metadata": {"requires_dist": ["filelock", "sympy>=1.13.3"]}}]})

    requirements = preflight.requirements_in(report)

    assert requirements == ["filelock", "sympy>=1.13.3"]
    assert preflight.gpu_packages(requirements, system="Linux", machine="x86_64") == []


def test_cuda_warning_names_the_cpu_index_and_the_command() -> None:
    warning = preflight.cuda_warning(["nvidia-cudnn-cu13", "triton"])

    assert "make install TORCH_INDEX=https://download.pytorch.org/whl/cpu" in warning
    assert "nvidia-cudnn-cu13, triton" in warning


def test_torch_check_is_silent_where_torch_is_installed() -> None:
    done = run_script("torch", "--python", sys.executable)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_torch_check_says_when_there_is_no_environment(tmp_path: Path) -> None:
    done = run_script("torch", "--python", str(tmp_path / "python"))

    assert done.returncode == 2
    assert "run: make install" in done.stderr
