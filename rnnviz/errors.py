"""The one root of every error that rnnviz raises on purpose, and its warning."""


class RnnvizError(Exception):
    """Bad data or a request that cannot be met; the message names what, wanted and given."""


class RnnvizWarning(UserWarning):
    """Something in the data that changes no value but that its owner should know."""
