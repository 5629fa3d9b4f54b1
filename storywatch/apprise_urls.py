"""Which services Apprise may reach for us: those that it speaks to by http through `requests`, no other.

The egress guard stands around `requests` (`network.judged`); a service with sockets, programs or a desktop of its own
would pass it by. So the list names what is permitted, and what Apprise adds later is refused until somebody looked.
"""

import re
from urllib.parse import unquote

SERVICES = frozenset(
    """
    46elks acs apprise apprises atalk awswhatsapp azure bale bark barks betterstack bluesky brevo bsky bulksms
    bulkvs burstsms chanify clickatell clicksend cliq cm d7sms dapnet dingtalk discord dot eight00com elks emby
    embys enigma2 enigma2s evolution evolutions exotel feishu firehydrant flock flowtriq flowtriqs fluxer fluxers
    form forms freemobile gchat github goalert goalerts gorush gorushs gotify gotifys groundmail groupme gupshup
    hassio hassios httpsms humhub humhubs ifttt ilert incidentio infobip instagram jira join json jsons kakao
    kakaotalk kaleyra kavenegar klr kodi kodis kook kudosity kumulos lametric lametrics lark lauther lfg line
    mailersend mailgun mastodon mastodons matrix matrixs misskey misskeys mmost mmosts mobilemessage mobilemsg msg91
    msgbird ncloud nclouds nctalk nctalks nexmo notica noticas notifiarr notifico notificos notifyapp notifyre ntfy
    ntfys o365 octopush onebot onebots onesignal opsgenie opsimate opsimates pagerduty pagertree parsep parseps pbul
    pinglet pinglets pingram pjet pjets plivo postmark pover prowl psafer psafers push pushdeer pushdeers pushed
    pushme pushplus pushward pushy qq reddit resend revolt ringc rocket rockets ryver schan sendgrid sendpulse
    serwersms ses session sessions seven sfr signal signalgrid signals signl4 sinch slack smsc smseagle smseagles
    smsmanager smsmgr smstunnel smtp2go sns sogs sparkpost spike splunk spugpush squadcast stackfield strmlabs
    synology synologys telesign telnyx tgram threema toot toots trigv trigvs twilio twist viber victorops voipms
    vonage webex wechat wecom wecombot whapi whatsapp workflow workflows wpush wxpusher wxteams xbmc xbmcs xmatters
    xml xmls youlmk zalo zcliq zohocliq zoom zulip
    """.split()  # noqa: SIM905 - a list of 224 strings is no better to read
)

LONGEST_URL = 2048

_SCHEME = re.compile(r"([a-z0-9]+)://\S+", re.ASCII)
_LOOSENED = re.compile(r"[?&;]\s*(redirect|verify)\s*=", re.IGNORECASE)
_BY_THEMSELVES = {"mailto": "use channel email", "mailtos": "use channel email"}


def service_url(text: str) -> str:
    """Return a URL that Apprise may be given. Raises ValueError, which never quotes it: most hold a token.

    Neither `redirect` nor `verify` may be set: by these a URL would overrule what holds for all.
    """
    found = _SCHEME.fullmatch(text)
    if not found or not text.isprintable() or len(text) > LONGEST_URL:
        raise ValueError("expected an Apprise URL such as ntfys://ntfy.example.org/desk; without spaces or line ends")
    if found[1] not in SERVICES:
        remedy = _BY_THEMSELVES.get(found[1], "others would pass by the egress guard")
        raise ValueError(f"expected the Apprise URL of a service that is reached by http or https; {remedy}")
    loosened = _LOOSENED.search(unquote(unquote(text)))
    if loosened:
        raise ValueError(
            f"expected an Apprise URL without {loosened[1].lower()}=; redirects are never followed and certificates "
            "always checked"
        )
    return text


def service_of(url: str) -> str:
    """Return the name of the service, such as `slack`: the part of a URL that is never secret."""
    return url.partition("://")[0]
