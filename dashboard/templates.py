"""The templates of this room's packages: one place that escapes all that is filled in, and refuses what is missing."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def template(package: str, name: str) -> Template:
    """Return a template of the folder `templates` in a package. Each package's are compiled once in a process."""
    return _of(package).get_template(name)


@cache
def _of(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
