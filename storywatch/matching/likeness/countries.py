"""Words that stand for a country and its people: an item that says Nigerien speaks of Niger.

Capitals count where news use them for the government. Names that are shared are left to the more frequent one.
"""

_LINES = """
afghanistan afghan afghans kabul
albania albanian tirana
algeria algerian algiers
argentina argentine argentinian
armenia armenian yerevan
australia australian canberra
austria austrian vienna
azerbaijan azerbaijani azeri baku
bahrain bahraini
bangladesh bangladeshi dhaka
belarus belarusian belarussian minsk
belgium belgian brussels
bolivia bolivian
bosnia bosnian sarajevo
brazil brazilian brasilia
bulgaria bulgarian sofia
burundi burundian
cambodia cambodian
cameroon cameroonian
canada canadian ottawa
chad chadian
chile chilean santiago
china chinese beijing
colombia colombian bogota
congo congolese kinshasa
croatia croatian croat zagreb
cuba cuban havana
cyprus cypriot nicosia
czechia czech prague
denmark danish dane copenhagen
ecuador ecuadorian quito
egypt egyptian cairo
eritrea eritrean
estonia estonian tallinn
ethiopia ethiopian
europe european eu
fiji fijian
finland finnish finn helsinki
france french paris
gabon gabonese
gambia gambian
gaza gazan
georgia georgian tbilisi
germany german berlin
ghana ghanaian accra
greece greek athens
guatemala guatemalan
guinea guinean conakry
haiti haitian
hawaii hawaiian
honduras honduran
hungary hungarian budapest
iceland icelandic icelander reykjavik
india indian
indonesia indonesian jakarta
iran iranian tehran
iraq iraqi baghdad
ireland irish dublin
israel israeli
italy italian rome
jamaica jamaican
japan japanese tokyo
jordan jordanian amman
kazakhstan kazakh
kenya kenyan nairobi
kosovo kosovar pristina
kuwait kuwaiti
kyrgyzstan kyrgyz bishkek
laos laotian
latvia latvian riga
lebanon lebanese beirut
liberia liberian monrovia
libya libyan tripoli benghazi
lithuania lithuanian vilnius
malaysia malaysian
mali malian bamako
malta maltese
mexico mexican
moldova moldovan chisinau
mongolia mongolian
montenegro montenegrin
morocco moroccan rabat
mozambique mozambican maputo
myanmar burmese burma
nepal nepalese nepali kathmandu
netherlands dutch
nicaragua nicaraguan
niger nigerien niamey
nigeria nigerian abuja
norway norwegian oslo
oman omani
pakistan pakistani islamabad
palestine palestinian
panama panamanian
peru peruvian lima
philippines philippine filipino manila
poland polish pole warsaw
portugal portuguese lisbon
qatar qatari doha
romania romanian bucharest
russia russian moscow kremlin
rwanda rwandan kigali
samoa samoan
senegal senegalese dakar
serbia serbian serb belgrade
singapore singaporean
slovakia slovak bratislava
slovenia slovenian slovene
somalia somali mogadishu
spain spanish spaniard madrid
sudan sudanese khartoum
sweden swedish swede stockholm
switzerland swiss
syria syrian damascus
taiwan taiwanese taipei
tajikistan tajik
tanzania tanzanian
thailand thai bangkok
togo togolese
tonga tongan
tunisia tunisian tunis
turkey turkish turk turkiye ankara
uganda ugandan kampala
uk britain british briton england english
ukraine ukrainian kyiv kiev
uruguay uruguayan
us usa american
uzbekistan uzbek tashkent
vatican
venezuela venezuelan caracas
vietnam vietnamese hanoi
yemen yemeni sanaa
zambia zambian
zimbabwe zimbabwean harare
"""
COUNTRY_OF = {word: f"@{line.split()[0]}" for line in _LINES.strip().splitlines() for word in line.split()}
"""The country that a folded word stands for, written so that no word of a text is spelt alike."""


_SHORTEST = 4
"""The plural of a people has more letters."""


def country_of(folded: str) -> str | None:
    """Return the country that a word with a capital stands for: `Haitians` as well as `Haitian`."""
    plural = len(folded) > _SHORTEST and folded.endswith("s")  # no `USS`
    return COUNTRY_OF.get(folded) or (COUNTRY_OF.get(folded[:-1]) if plural else None)
