"""What every test may ask for; each part lives in a module of `tests/support`."""

pytest_plugins = [
    "tests.support.clock",
    "tests.support.postgres",
    "tests.support.redis",
]
