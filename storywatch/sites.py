"""Which hosts belong together: the site that a host is part of.

An estimate: it decides what people are asked about, never what is the same, so no list of all suffixes is needed.
"""

_SECOND_LEVELS = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "mil", "ne", "net", "nic", "or", "org"}
)
"""Labels that registries put before a country's own, such as `co` in `bbc.co.uk`."""

_HOSTING = frozenset(
    {
        "blogspot.com",
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "libsyn.com",
        "netlify.app",
        "pages.dev",
        "substack.com",
        "tumblr.com",
        "typepad.com",
        "vercel.app",
        "wixsite.com",
        "wordpress.com",
    }
)
"""Names below which each label is somebody else's site."""

_SHARED = frozenset(
    {
        "bsky.app",
        "facebook.com",
        "feedburner.com",
        "feedpress.me",
        "github.com",
        "google.com",
        "medium.com",
        "reddit.com",
        "rsshub.app",
        "soundcloud.com",
        "t.me",
        "telegram.me",
        "twitter.com",
        "vimeo.com",
        "x.com",
        "youtube.com",
    }
)
"""Sites on which many publish, each under a path of their own."""


def site_of(host: str) -> str:
    """Return the name that a host was registered under: `bbc.co.uk` for `feeds.bbc.co.uk`; an IP address is its own."""
    labels = host.lower().rstrip(".").split(".")
    if ":" in host or labels[-1].isdecimal() or len(labels) < 3:
        return ".".join(labels)
    taken = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS else 2
    if ".".join(labels[-taken:]) in _HOSTING:
        taken += 1
    own = labels[-taken:]
    # Some registries publish too, as www.gov.uk does.
    return ".".join(own[1:] if own[0] == "www" else own)


def is_shared(host: str) -> bool:
    """Tell whether the host alone doesn't say who publishes."""
    return site_of(host) in _SHARED
