"""`python -m ifs_jaggaer` is `ifs-jaggaer`."""

from ifs_jaggaer.cli import main

if __name__ == "__main__":
    main()
