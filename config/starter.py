"""Writes the starter: a watch config that works as it is and explains itself."""

from pathlib import Path

from config.files import about_file
from config.shipped import starter_files
from storywatch.errors import ConfigError, Problem


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write the starter into a folder, which is made if need be, and return the files. Never overwrites.

    Raises ConfigError when one of the files exists already (then nothing is written) or the folder can't be written.
    """
    contents = {folder / name: text for name, text in starter_files().items()}
    _refuse_existing([path for path in contents if path.exists() or path.is_symlink()])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in contents.items():
            with path.open("x", encoding="utf-8") as file:  # "x": a file that appeared meanwhile is safe too
                file.write(text)
    except OSError as error:
        raise about_file(folder, f"the starter can't be written here: {error.strerror}") from None
    return tuple(contents)


def _refuse_existing(paths: list[Path]) -> None:
    problems: list[Problem] = []
    for path in paths:
        problems += about_file(path, "exists already and is not overwritten; choose another folder").problems
    if problems:
        raise ConfigError(problems)
