"""The browser face: a player as a page, in a notebook, in a frame."""
