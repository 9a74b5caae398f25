"""`python -m voc` is the `voc` command."""

from voc.cli import main

if __name__ == "__main__":
    main()
