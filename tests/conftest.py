"""What every test may ask for; each part lives in a module of `tests/support`."""

import os

from hypothesis import settings

pytest_plugins = [
    "tests.support.clock",
    "tests.support.postgres",
    "tests.support.redis",
]

# A slow machine is no bug, and a run that must pass looks at the same examples each time;
# without CI set, every run looks at others.
settings.register_profile("any", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("any")
