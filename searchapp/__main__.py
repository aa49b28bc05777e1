"""``python -m searchapp`` and the console script."""

from searchapp.cli import main

if __name__ == "__main__":
    main()
