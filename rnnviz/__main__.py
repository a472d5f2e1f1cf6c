"""``python -m rnnviz``: the command line without an installed script."""

from rnnviz.cli import main

if __name__ == "__main__":
    main()
