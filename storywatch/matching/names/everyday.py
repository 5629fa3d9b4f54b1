"""Words that are names and everyday English too, or surnames one letter from others: they are what they are."""

_WORDS = """
abbey airport arms army bank banks barber baker bar baron barry bass bean bell berry bird bishop black blair bond bone
boone border boris boss bowman boyd brand brandon brave bridge bright brook brooks brown bruce bryan buck burn burns bush
butler cain camp carr carter case cash castle chance chase chief china church city clay clark cliff coast cole coleman
collins cook cooper court cox craft crane cross cruz dale dave davis dawn day deal dean dell dick dixon dollar dove drake
duke dunn earl east easter eaton ellis emirate england english estate ever faith farmer field fields fisher flint florence
flower force ford forest foster fox frank franklin free french friend frost fuller gale gardner gate gates george german
gold golden good gordon grace grant graves gray great green grey griffin grove guard gulf gun hale hall hammer hardy
harper harris harry hart hawk hayes heath herald hill hills holder holly holmes holy home hood hook hope horn hotel house
howard howe hudson hughes hunt hunter international iron islamic island jackson james jenkins jersey johns johnson
johnston jones jordan joy judge junior justice kane keen keller kelly kerry key kidd king kings kirk knight korea lake lamb
lance land lane law lawson leader lee lewis lincoln lion little lloyd long love lynch mail major mann march maria marina
marine marines mark marks market marshall martin martinez marx mason master matthews may mayor men mercer mercy merritt
miller mills minister mission moon moore morgan morris morrison moss mount murphy murray myers nation national nations neil
nelson new newman nichols north northern oliver osborne owen page palace palmer park parker parry paul payne peace pearce
pearl perry peters phillips pierce pike pitt place police pool poole pope porter post potter powell power powers price
prince prior province queen quinn rain ray reed republic rice rich richards river rivers road robert roberts robertson robin
robinson rock rogers root rose ross rush russell ryan saint sand sanders sands savage school scott sea sergeant sharp shaw
shell shepherd short silver simon simpson singer small smart smith smyth snow soldier south southern spain sparks spring
square stanley star state states steel stephens stern stevens stone street strong summer sun sutton sweet swift sword
taylor temple terry thomas thompson thomson tower town turkey turner union united valley vance walker wall wallace walsh
war ward warner warren waters watson way wayne weaver webb weber welch wells west western wheeler white wild wilkins
williams williamson willis wilson winter wolf wolfe women wood woods woodward world worth wright yates york young
"""

EVERYDAY = frozenset(_WORDS.split())
