"""Query parameters that say where a reader came from, never which article it is.

From the lists of AdGuard, Brave, Firefox and miniflux (urlcleaner), and from what the outlets' own feeds hang on. No
name is in here that an outlet may use to select an article (id, p, v, story, page, f, tid).
"""

from collections.abc import Iterator, Sequence
from urllib.parse import unquote_plus

TRACKING_PARAMS = (
    # Campaigns: Google and its imitators, Matomo, AT Internet, HubSpot, Mailchimp, Marketo, Vero, Olytics and others.
    *("utm_*", "at_*", "mtm_*", "matomo_*", "pk_*", "piwik_*", "itm_*", "hsa_*", "campaign_*", "ns_*", "mc_*", "_hs*"),
    *("__hs*", "hsctatracking", "mkt_tok", "vero_*", "oly_*", "rb_clickid", "bsft_*", "elq*", "cm_mmc*", "cm_sp"),
    *("dm_i", "trkcampaign", "wt.*", "xtor", "xtref", "s_cid", "s_cmp", "s_kwcid", "ef_id", "sc_cid", "sc_channel"),
    *("sc_campaign", "sc_lid", "sc_llid", "sc_src", "ncid", "icid", "intcid", "intcmp", "cmp", "cmpid", "ocid", "ito"),
    *("wickedid", "_openstat", "hmb_*", "ftcamp", "_bhlid"),
    # Clicks: one identifier for each advertiser and network.
    *("fbclid", "fb_*", "mibextid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "gad_*", "srsltid", "_ga", "_gl"),
    *(
        "yclid",
        "ysclid",
        "msclkid",
        "cvid",
        "twclid",
        "ttclid",
        "tt_medium",
        "tt_content",
        "li_fat_id",
        "igshid",
        "igsh",
    ),
    *("epik", "rdt_cid", "sccid", "_branch_match_id", "_branch_referrer", "__readwiselocation", "spm"),
    # Where an outlet's own links are shown: feeds, newsletters, social networks.
    *(
        "partner",
        "emc",
        "smid",
        "smtyp",
        "smvar",
        "referringsource",
        "unlocked_article_code",
        "wprss",
        "wpisrc",
        "wpmm",
    ),
    *("itid", "ref_src", "ref_url", "traffic_source", "maca", "zarsrc", "feedtype", "feedname", "rss", "soc_src"),
    *("soc_trk", "guccounter", "guce_referrer", "guce_referrer_sig", ".tsrc", "tsrc", "spref", "mbid", "taid", "srnd"),
    *(
        "sref",
        "reflink",
        "leadsource",
        "dlvrit",
        "replytocom",
        "action_object_map",
        "action_type_map",
        "action_ref_map",
    ),
    # Sessions, and what the caches of AMP pages add.
    *("phpsessid", "jsessionid", "usqp", "amp_js_v", "amp_gsa", "amp_tf", "aoh"),
)
"""Names in lower case, for case doesn't count; `*` stands for any rest."""

ORIGIN_PARAMS = frozenset({"source", "src", "from", "ref", "via", "medium", "channel", "mod", "share", "cid", "output"})
"""Names that may select an article, and say where the reader came from only with one of `ORIGINS`."""

ORIGINS = frozenset(
    {
        *(
            "rss",
            "rss2",
            "rss20",
            "rssfeed",
            "rss_feed",
            "rss-feed",
            "feed",
            "feeds",
            "feedburner",
            "atom",
            "news_feed",
        ),
        *(
            "newsfeed",
            "newsletter",
            "email",
            "mail",
            "social",
            "socialmedia",
            "twitter",
            "facebook",
            "whatsapp",
            "telegram",
        ),
        *("linkedin", "reddit", "pinterest", "tumblr", "instagram", "google", "googlenews", "google-news", "flipboard"),
        *("tw", "fb", "twtrec", "nf"),
    }
)

AMP_PARAMS = frozenset({"amp", "isamp", "outputtype", "output", "view", "mode", "format", "type"})
"""Names that ask for the AMP form of a page with the value `amp`; the first two also with none, or with yes."""

_YES = frozenset({"", "1", "true", "yes", "amp"})


def pairs(query: str) -> Iterator[tuple[str, str, str]]:
    """Yield each parameter as it stands, and its name and value in lower case."""
    for pair in map(str.strip, query.split("&")):
        if pair:
            name, _, value = pair.partition("=")
            yield pair, unquote_plus(name).lower(), unquote_plus(value).lower()


def without_tracking(query: str, also: Sequence[str]) -> str:
    """Drop what tells no articles apart, also the outlet's own parameters of that sort; the rest stays as it stands."""
    dropped = [*TRACKING_PARAMS, *(name.lower() for name in also)]
    exact = {name for name in dropped if not name.endswith("*")}
    beginnings = tuple(name[:-1] for name in dropped if name.endswith("*"))
    return "&".join(
        pair
        for pair, name, value in pairs(query)
        if name not in exact and not name.startswith(beginnings) and not (name in ORIGIN_PARAMS and value in ORIGINS)
    )


def asks_for_amp(name: str, value: str) -> bool:
    """Tell whether a parameter asks for the AMP form of a page."""
    return name in AMP_PARAMS and value in (_YES if name in {"amp", "isamp"} else {"amp"})
