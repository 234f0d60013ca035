"""What every test may ask for; each part lives in a module of `tests/support`."""

import os

from hypothesis import HealthCheck, settings

from bot.settings import Settings

pytest_plugins = [
    "tests.support.clock",
    "tests.support.postgres",
    "tests.support.redis",
]

# A slow machine is no bug, and a run that must pass looks at the same examples each time;
# without CI set, every run looks at others.
settings.register_profile(
    "any",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any")

# Nor is what somebody's shell sets: the product's settings, and a proxy on the way to ourselves.
for name in Settings.model_fields:
    os.environ.pop(name.upper(), None)
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
