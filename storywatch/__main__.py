"""`python -m storywatch`."""

from storywatch.cli.entry import main

if __name__ == "__main__":
    main()
