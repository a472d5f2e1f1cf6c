"""The one root of every error that rnnviz raises on purpose."""


class RnnvizError(Exception):
    """Bad data or a request that cannot be met; the message names what, wanted and given."""
