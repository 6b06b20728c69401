"""Find a Chromium for the browser tests, and install one where this machine allows it.

Prints one line that says which browser the tests will drive, or that they will be skipped and why.
With `CI` set, a missing browser is a failure (exit code 2): a skipped test must not look like a passed one.
Standard library only.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

NAMES = ("chromium", "chromium-browser", "google-chrome")
REQUIRED_PACKAGES = ("chromium",)
# Without it Korean text on screenshots may be empty boxes; no test depends on it.
OPTIONAL_PACKAGES = ("fonts-noto-cjk",)
STEP_SECONDS = 300
ANSWER_SECONDS = 30


def find_browser(environment: Mapping[str, str]) -> str | None:
    """Return the path of `$CHROMIUM`, else of the first known browser on the path, else None."""
    names = (environment["CHROMIUM"],) if environment.get("CHROMIUM") else NAMES
    found = (shutil.which(name, path=environment.get("PATH")) for name in names)
    return next((path for path in found if path), None)


def root_prefix(*, user_id: int, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return what to put before a command to run it as root; None where that would ask for a password."""
    if user_id == 0:
        return ()
    sudo = shutil.which("sudo", path=environment.get("PATH"))
    if sudo and run((sudo, "-n", "true"), environment, seconds=ANSWER_SECONDS) is None:
        return (sudo, "-n")
    return None


def run(command: tuple[str, ...], environment: Mapping[str, str], *, seconds: int) -> str | None:
    """Run one command quietly; None when it succeeded, else the last line it said."""
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            env=dict(environment),
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {seconds} s"
    except OSError as error:
        return error.strerror or str(error)
    if done.returncode == 0:
        return None
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


def install_browser(environment: Mapping[str, str], *, user_id: int) -> str | None:
    """Install Chromium with apt-get; None when it succeeded, else why it did not."""
    apt = shutil.which("apt-get", path=environment.get("PATH"))
    if apt is None:
        return "there is no apt-get here"
    prefix = root_prefix(user_id=user_id, environment=environment)
    if prefix is None:
        return "installing one needs root"
    quiet = {**environment, "DEBIAN_FRONTEND": "noninteractive"}
    # env(1) carries the variable through sudo, which would drop it.
    command = (*prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq", "-o", "DPkg::Lock::Timeout=60")
    # A list of packages that is not quite fresh is still good enough to install from.
    update = run((*command, "update"), quiet, seconds=STEP_SECONDS)
    install = (*command, "install", "-y", "--no-install-recommends")
    problem = run((*install, *REQUIRED_PACKAGES), quiet, seconds=STEP_SECONDS)
    if problem is not None:
        return f"apt-get: {problem}" if update is None else f"apt-get: {update}; {problem}"
    fonts = run((*install, *OPTIONAL_PACKAGES), quiet, seconds=STEP_SECONDS)
    if fonts is not None:
        print(f"      browser: no Korean fonts for screenshots ({fonts})")
    return None


def answers(browser: str, environment: Mapping[str, str]) -> bool:
    """Tell whether the browser starts at all; some packages called chromium only point elsewhere."""
    return run((browser, "--version"), environment, seconds=ANSWER_SECONDS) is None


def main(environment: Mapping[str, str], *, user_id: int) -> int:
    """Ensure a browser; 0 when the tests may go on, 2 when CI has none."""
    browser = find_browser(environment)
    problem = None
    if environment.get("CHROMIUM") and browser is None:
        problem = f"CHROMIUM={environment['CHROMIUM']} is no program"
    elif browser is None:
        print("      browser: none found, installing Chromium (about 100 MB)", flush=True)
        problem = install_browser(environment, user_id=user_id)
        browser = find_browser(environment)
    if browser is not None and answers(browser, environment):
        print(f"      browser: {browser}")
        return 0
    reason = problem or (f"{browser} does not start" if browser else "none found")
    text = f"no Chromium ({reason}); set CHROMIUM to one, or install it: apt-get install chromium"
    if environment.get("CI"):
        print(f"browser: {text}", file=sys.stderr)
        return 2
    print(f"      browser: {text}\n      browser: tests marked `browser` WILL BE SKIPPED")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ, user_id=os.geteuid()))
