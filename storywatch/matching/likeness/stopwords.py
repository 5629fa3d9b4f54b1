"""Words that tell nothing about a story: the small words of some languages, and how news say that somebody spoke."""

_ENGLISH = """
a about according after again against all also although amid among an and announce announced announces any are around
as at be because been before being between both but by can could day days did do does due during each following for
from further had has have he her here him his how however i if in including into is it its just last least less many
may might month months more most much must near new no nor not now of on once one only or other our out over own per
report reported reports same say saying says several shall she speak speaks spoke told tell tells add added adds
should since so some still such than that the their them then there these they this those though three through to too
two under until up us very via was we week weeks were what when where which while who whom whose will with within
without would year years yet you your first
"""
_WHEN_AND_WHO = """
said mr mrs ms monday tuesday wednesday thursday friday saturday sunday january february april june july august
september october november december
"""
_OTHERS = """
der die das den dem des ein eine einen einem einer eines und oder aber nicht mit von vom zu zum zur im am auf aus bei
bis durch für gegen nach ohne über um unter vor wird werden wurde wurden ist sind war waren hat
haben auch als wie dass sich
le la les un une des du de et ou mais pas avec dans par pour sur sous sans est sont était été ont avait aussi comme que
qui ce cette ces se son sa ses leur leurs au aux plus après avant selon
el los las una unos unas del y o pero con por para sobre sin es son fue ha han más como que su sus se al tras según
il lo gli uno e ma con per su è sono stato ha hanno anche come che si dal della delle dei nel
и в во не на с со что а о об от по за из у к ко для до или но как это был была были его ее их он она они при после
та і й у що не на з до за від по для як це був була були його її їх він вона вони після про
في من على إلى عن مع هذا هذه التي الذي أن إن كان كانت قد ما لا بعد قبل بين حول خلال
در از به با که را این آن و یا برای تا بر هم است بود شد شده می کرد کرده خود پس پیش
د په له چې او ته سره کې څخه دی ده دي
"""
STOPWORDS = frozenset((_ENGLISH + _OTHERS).split())

OF_ANY_STORY = STOPWORDS | frozenset(_WHEN_AND_WHO.split())
"""Also what stands in reports of every story, but may tell two reports of one story apart. `march` is also a verb."""
