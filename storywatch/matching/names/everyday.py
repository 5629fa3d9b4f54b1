"""Words that are names and everyday English too, words that begin sentences, and surnames one letter from others.

They are what they are: none of them stands for a name that is spelt a little differently, nor another word for them.
"""

_WORDS = """
abbey about after again against ahead airport all also among another any arms army around article assembly attack
attacks baker bank banks bar barber baron barry bass bay bean before behind bell berry best beyond bird bishop black
blair body bond bone book boone border boris boss both bowman boyd brand brandon brave bridge bright brook brooks
brown bruce brunei bryan buck burn burns bush but butler cain call camp carr carter case cash castle center central
chairman chance chase chief children china church city civil clark clashes clay cliff coalition coast cole coleman
collins colombia columbia common company congress cook cooper council country couple court cox craft crane crime
crisis cross cruz cup current daily dale dam dave davis dawn day dead deal dean death dell deputy despite dick
director dixon dollar dove drake duke dunn during each earl earth east easter eaton eight election eleven ellis
embassy emergency emirate england english estate ever every faith famous fans farmer federal few field fields fifa
fifty fighting film finally fire first fisher five flight flint florence flower following for force ford forest former
forty foster four fox france frank franklin free french friend from frost fuller gale gardner gate gates george german
ghana global gold golden good gordon government governor grace grant graves gray great green grey griffin group grove
guard gulf gun had hague hale half hall hammer hardy harper harris harry hart has hawk hayes he health heart heath
heavy her herald here hill hills his holder holly holmes holy home hood hook hope horn hospital hotel house how howard
howe hudson hughes human hundreds hunt hunter hurricane if in international iron islamic island italy its jackson
james japan jenkins jersey job johns johnson johnston jones jordan joseph joy judge junior just justice kane keen
keller kelly kenya kerry key kidd king kings kirk knight korea lahore lake lamb lance land lane last late latin law
lawson leader lee legal lewis life like lincoln lion little live lloyd local london long love low lynch mail main
major mali mann march maria marina marine marines mark market marks marshall martin martinez marx mason mass master
matthews may mayor meanwhile media medical member members men mercer mercy merritt mexico middle military miller
millions mills minister missile mission moon moore more morgan morris morrison mosque moss most mother mount much
murphy murray myers nation national nations naval navy near nearly neil nelson never new newman nichols nigeria nine
no nobel none north northern not now nuclear number oil old oliver olympic one online opposition or osborne other
others our out over owen page palace palmer parade paris park parker parry part paul payne peace pearce pearl people
perry peters philippine phillips pierce pike pilot pitt place plane police polish political pool poole poor pope
porter post potter powell power powers president price prime prince prior prison private province public quebec queen
quinn race radio rain ray rebel red reed remedy republic rice rich richards riot river rivers road robert roberts
robertson robin robinson rock rogers rome root rose ross round royal rush russell russia ryan saint same sand sanders
sands savage school scott sea second security senate senior sergeant series seven several severe sharp shaw she shell
shepherd sheriff ship short silver simon simpson singer sir six small smart smith smyth snow social soldier some south
southern soviet spain sparks spring square stanley star state states steel stephens stern stevens stone storm street
strong student such summer sun supreme sushi sutton sweet swift sword syria taylor temple ten terry that the their
then there these they third this thomas thompson thomson those thousands three to today toll total tower town trade
train troops turkey turner tv twelve twenty two uk under union united until us valley vance very victims video
violence voters walker wall wallace walsh war ward warner warren waters watson way wayne we weaver webb weber week
welch wells west western what wheeler when where which while white who why wild wilkins williams williamson willis
wilson winter with within wolf wolfe women wood woods woodward workers world worth wright yates year years yemen yet
york you young zone
"""

EVERYDAY = frozenset(_WORDS.split())
