"""Settings of all tests: hypothesis has no deadline, so that no test measures the clock."""

from hypothesis import settings

settings.register_profile("rnnviz", deadline=None, print_blob=True)
settings.load_profile("rnnviz")
