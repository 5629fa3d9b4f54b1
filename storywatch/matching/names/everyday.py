"""Words that are names and everyday English too, surnames one letter from others, and words that begin sentences.

They are what they are: neither do they stand for a name that is spelt a little differently, nor does another word for
them.
"""

_WORDS = """
abbey airport arms army bank banks barber baker bar baron barry bass bean bell berry bird bishop black blair bond bone
boone border boris boss bowman boyd brand brandon brave bridge bright brook brooks brown bruce bryan buck burn burns bush
butler cain camp carr carter case cash castle chance chase chief china church city clay clark cliff coast cole coleman
collins cook cooper court cox craft crane cross cruz dale dave davis dawn day deal dean dell dick dixon dollar dove drake
duke dunn earl east easter eaton ellis emirate england english estate ever faith farmer field fields fisher flint florence
flower force ford forest foster fox frank franklin free french friend frost fuller gale gardner gate gates george german
gold golden good gordon grace grant graves gray great green grey griffin grove guard gulf gun hale hall hammer hardy
harper harris harry hart hawk hayes heart heath herald hill hills holder holly holmes holy home hood hook hope horn hotel house
howard howe hudson hughes hunt hunter international iron islamic island jackson james jenkins jersey johns johnson
johnston jones jordan joy judge junior justice kane keen keller kelly kerry key kidd king kings kirk knight korea lake lamb
lance land lane law lawson leader lee lewis lincoln lion little lloyd long love lynch mail major mann march maria marina
marine marines mark marks market marshall martin martinez marx mason master matthews may mayor men mercer mercy merritt
miller mills minister mission moon moore morgan morris morrison moss mount murphy murray myers nation national nations neil
nelson new newman nichols north northern oliver osborne owen page palace palmer park parker parry paul payne peace pearce
pearl perry peters phillips pierce pike pitt place police pool poole pope porter post potter powell power powers price
prince prior province queen quinn rain ray reed republic rice rich richards river rivers road robert roberts robertson robin
robinson rock rogers root rose ross rush russell ryan saint sand sanders sands savage school scott sea sergeant sharp shaw
shell shepherd sheriff short silver simon simpson singer small smart smith smyth snow soldier south southern spain sparks spring
square stanley star state states steel stephens stern stevens stone street strong summer sun sutton sweet swift sword
taylor temple terry thomas thompson thomson tower town turkey turner union united valley vance walker wall wallace walsh
war ward warner warren waters watson way wayne weaver webb weber welch wells west western wheeler white wild wilkins
williams williamson willis wilson winter wolf wolfe women wood woods woodward world worth wright yates york young
about after again against ahead all also among another any around article assembly attack attacks bay before behind
best beyond body book both brunei but call center central chairman children civil clashes coalition common company congress
council country couple court crime crisis cup current daily dam dead death deputy despite director during each earth eight
election eleven embassy emergency every famous fans federal few fifa fifty fighting film finally fire first five flight
following for former forty four france from ghana global government governor group had hague half has he health heavy her
here his hospital how human hundreds hurricane if in italy its japan job joseph just kenya lahore last late latin legal life
like live local london low main mali mass media meanwhile medical member members men mexico middle military millions missile
more mosque most mother much navy naval near nearly never nigeria nine no nobel none not now nuclear number oil old olympic
one online opposition or other others our out over parade paris part people philippine pilot plane polish political pope poor
president prime prison private public quebec race radio rebel red riot rome round royal russia same second security senate
senior series seven several severe she ship sir six social some soviet storm student such supreme syria ten that the their
then there these they third this those thousands three to today total toll trade train troops tv twelve twenty two under
until uk us very victims video violence voters we week what when where which while who why with within women workers year
years yemen yet you zone
"""

EVERYDAY = frozenset(_WORDS.split())
