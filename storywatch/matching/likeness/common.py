"""How often news say their commonest words, roughly, so that the first day's decisions don't take `killed` for telling.

Shares of items that say a word, from knowledge of English news in general; what comes by soon outweighs them.
"""

_SHARES = {
    0.06: """
        attack country court death force government group kill killed military minister national official people
        police president state united world city day international leader security
    """,
    0.03: """
        accuse accused action administration agency agree air allege army arrest authority authorities ban bank
        began begin bill bomb border britain call called campaign capital case charge charged chief child
        children china citizen civil civilian claim come company condemn conflict congress control council crime
        crisis dead deadly deal decision defence defense democratic deny department deputy die died down early
        east economic election emergency end european event explosion face fall family federal fight fighter
        find fire five foreign found four former general global go governor head health help high hit hold home
        hospital house human hundred hundreds independent information injure injured injury interior investigate
        investigation islamic issue join judge judicial july june justice know land large law lawmaker lawyer
        lead leave left legal letter life line local london major make man mass medium meet meeting member men
        militant military million ministry missile month murder muslim nation nato near network nine north
        northern nuclear number office officer oil open operation opposition order organisation organization
        parliament part party pass peace percent person plan plane plant police policy political politician
        power prepare press prime prison prosecutor protest protester province public rebel region release
        religious remain republic rescue resign resident response result return right rights rule run school
        secretary send senate senior sentence service set seven shoot shooting shot show sign situation six
        soldier source south southern spokesman spokesperson spokeswoman start statement stop strike suicide
        support supreme suspect take talk talks tell ten terror terrorist thousand thousands threat threaten
        time today top town trade trial troop troops try turn union university unit use vehicle victim video
        village violence visit vote war warn warning water weapon west western white win wing woman women work
        worker wound wounded
    """,
    0.015: """
        able abuse accident accord account act activist add admit adviser affair age agent agreement ahead aid
        aim aircraft airline airport airstrike allow ally alliance ambassador amount anniversary announcement
        apply appeal appear approve area armed article ask assault asylum august authority available award away
        back base battle bear become behind believe best big billion blast block board boat body bomber bombing
        bring broadcast budget build building bus business camp cancer candidate car care carry cause ceasefire
        central centre center century chair chairman challenge chance change chemical choose church clash clear
        clinic close coalition coast commander comment commission commit committee community compare
        compensation complete concern conclude conduct confirm connect consider constitution continue contract
        convict cooperation corruption cost counter couple coup cover crash create criminal critic criticise
        criticize cross crowd cut cyber daily damage danger data date daughter debate decade december declare
        deep defeat defend demand democracy demonstrate demonstration demonstrator deploy describe destroy
        detain develop development device diplomat diplomatic direct director disaster discover discuss disease
        dismiss dispute district document dollar door double dozen dozens draw drive driver drone drop drug due
        earthquake economy editor effort eight embassy employee energy enter environment era escape establish
        estimate evacuate evening evidence exchange executive expect expel expert explode explosive export
        express extend extremist factory fail faith far father fear february female field figure file film final
        financial fine firm fly flee flight flood follow food football form free friday front fuel full fund
        future gain game gas gate give global goal good gun gunman gunmen hand happen hard hear heavy held
        helicopter hide hill history host hostage hotel hour human hurricane identify immediate immigrant impact
        import impose improve incident include increase indicate industry infect inflation influence inquiry
        inside inspector institute intelligence interest interim internal internet interview introduce invade
        invasion involve island jail january jet job journalist jury keep kidnap king lack late launch layer
        level lift light limit link list live long lose loss low main man manager march marine mark market
        massive matter may mayor measure medic medical mental message migrant mile military militia mine mission
        mistake monday money morning mosque mother motion move movement name nationwide natural navy need
        negotiate negotiation neighbour neighbor newspaper night nominate november nurse obtain occupy october
        offer oppose outside overnight owner own pact pair panel partner passenger patient pay peaceful penalty
        period permanent phone pilot place platform play player plead point poison poll population port position
        possible post potential poverty presence present pressure prevent previous price prisoner private pro
        probe process produce professor program programme project promise propose protect prove provide publish
        pull push put question quit raid rail raise rally rape rate reach react ready rebel receive recent
        record recover reduce refugee refuse regime reject relation relative religion remove repeat replace
        representative request require research resolution respond responsible restrict restriction retire
        reveal review revolution ride rise risk river road rocket role ruling rural safe safety sanction
        sanctions saturday save scandal scene scientist score search season seat see seek seize sell september
        series serious serve session settle settlement severe sex sexual share ship shelter shut side site
        social society son space speak special specific speech spend split sport spread stab staff stage stand
        station status stay steal step storm story street strip strong student study submit succeed suffer
        sunday supply suppose surface surrender survive survivor suspend suspicion system target task tax team
        technology television temporary term territory test text thursday ticket tie total tourist track traffic
        train transfer transport travel treat treatment treaty trip truck true tuesday twitter tweet unrest urge
        value van various verdict version veteran view violate virus voter wall want watch wave weather website
        wednesday weekend welcome wide wife wind winter wish withdraw withdrawal witness word worst write wrong
        year young
    """,
}
COMMON: dict[str, float] = {word: share for share, text in reversed(_SHARES.items()) for word in text.split()}
"""The share of news items that say a word, by folded word; not by stem."""
