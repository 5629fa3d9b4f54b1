"""Words of English news that say the same: a rewrite says `slain` where the first report said `killed`.

Each line is one sense. A word of two parts joined by `_` is two words in a row. Only words that are hardly ever used
otherwise in news stand here; names don't.
"""

from storywatch.matching.likeness.reading import stem

_LINES = """
kill die dead death slay slain fatal fatality fatalities deadly perish lethal body bodies corpse loss_of_life \
toll casualty lost_their lost_lives
injure injury wound hurt maim hospitalise hospitalize
explode explosion blast bomb bombing detonate detonation blow_up blew_up
shoot shot shooting gunfire gunshot bullet fire_on opened_fire
attack assault raid strike airstrike hit target
attacker bomber gunman gunmen assailant perpetrator
claim_responsibility claimed_responsibility take_credit takes_credit took_credit carried_out behind
arrest detain custody capture seize seized nab apprehend held hold caught
charge indict indictment accuse charges prosecute arraign
convict conviction guilty verdict
sentence jail imprison prison behind_bars term
trial court tribunal judge judges hearing
acquit cleared exonerate not_guilty
appeal overturn
sue lawsuit suit litigation plaintiff
deny denial reject dismiss refute dispute rebut refuse rebuff rule_out rules_out ruled_out
admit admission acknowledge concede confess own_up owned_up accept_responsibility
mistake error wrong blunder botched
apologise apologize apology sorry condolence regret
defend justify righteous
confirm verify confirmation
withdraw retract rescind take_back
resign resignation quit step_down steps_down stepped_down stand_down leave_office left_office
sack dismissal oust remove removed suspend
appoint name_as succeed successor
investigate investigation inquiry probe review examine examination investigator
report finding findings conclude conclusion
evidence proof
video footage recording clip cctv camera surveillance visual
witness survivor survive testimony testify testifies tell_of
family relative kin loved_one household
child kid toddler girl boy baby
compensate compensation payment pay settlement damages payout ex_gratia money reparation
agree agreement deal accord settle pact
fund
punish punishment discipline disciplinary penalty sanction
reduce cut lower trim
raise lift hoist salvage salvager
rise climb soar increase jump surge grow
fall drop decline
sink sank sunk capsize overturn went_down goes_down go_down go_under goes_under shipwreck
ship vessel ferry boat
crash collide collision derail derailment
collapse cave_in burst rupture give_way gave_way gives_way
flood inundate
fire_broke fire blaze burn inferno ablaze
captain skipper master
diver
search look_for looking_for
end halt call_off called_off stop give_up gave_up abandon suspend_search over
rescue save pull_out rescuer
find discover recover locate unearth
missing unaccounted disappear vanish
identify identity name_of make_public made_public
overload overcrowd overcrowded packed
passenger aboard on_board
list manifest
flaw defect fault faulty defective broken failure malfunction
know known aware
warn warning alert
vow promise pledge hunt_down revenge avenge retaliate retaliation reprisal
protest demonstrate demonstrator rally march storm
mourn mourning grief funeral bury burial vigil
law legislation bill act adopt
parliament lawmaker lawmakers congress legislator mp
pass passed
owner operator company firm shipping_line chief_executive ceo boss
forge fake falsify forged
drone uav unmanned
car vehicle truck
child_victim
evacuate evacuation airlift evacuee fly_out flies_out flew_out flown_out airlifted
water
expert
engineer
planner plotter mastermind brain architect plan plot
leader chief commander head
military army forces troops soldier service_member service_members serviceman marine
police officer policeman
prosecutor prosecution
government authority authorities
ministry minister
aid_worker charity aid_group
visit travel
ban prohibit outlaw bar
approve approval authorise authorize clear
delay postpone put_off
close shut closure
open reopen
strike_action walkout
leak spill
toxic poison contaminate contamination
hostage kidnap abduct abduction captive
free release let_go lets_go set_free walk_free walks_free on_bail
extradite extradition hand_over handed_over
escape flee fled
infect infection outbreak epidemic virus
vaccine vaccinate vaccination jab
bankrupt insolvency insolvent bankruptcy
fraud embezzle scam
audit auditor
share stock
election vote poll ballot voter
recount count_again counted_again
candidate challenger contender
swear_in swears_in sworn_in oath inaugurate inauguration take_office takes_office took_office
back_down backs_down backed_down give_in gives_in gave_in relent
annul nullify void invalidate
earthquake quake tremor temblor jolt
storm hurricane cyclone typhoon
landslide mudslide
rubble debris wreckage
damage destroy devastate wreck ruin
fight clash battle combat skirmish
shell bombard bombardment artillery
militant rebel insurgent fighter guerrilla paramilitary militia terrorist
regain recapture retake retook
siege besiege standoff
diplomat embassy ambassador envoy consulate
citizen national
plane aircraft jet airliner airplane
helicopter chopper
airport airfield
border frontier
refugee migrant
hospital clinic
doctor medic physician surgeon
autopsy post_mortem postmortem coroner inquest
prisoner inmate detainee
lawyer attorney counsel
mediator mediation broker brokered
monitor observer
worker employee staff staffer
resident villager inhabitant local
supporter backer follower
corruption bribe bribery graft
loss deficit shortfall
loan debt
theatre theater
memo document letter
inspect inspection check
relief humanitarian
tribute memorial
prime_minister premier
teenager teen youth
win victory
test
sell sale buy purchase acquire acquisition takeover
launch begin start kick_off
fine
reward bounty
hack breach cyberattack
crew
climate
weapon gun rifle
offer commit
meet talks meeting negotiate negotiation
ceasefire truce armistice cessation
troop_withdrawal pullout
request ask demand call_for urge ultimatum
ignore
photo photograph picture image
"""

_PAST = """
killed:kill dying:die dies:die shot:shoot blew:blow found:find told:tell caught:catch held:hold sank:sink
sunk:sink fled:flee rose:rise risen:rise fell:fall fallen:fall broke:break broken:break struck:strike hit:hit
taken:take took:take gave:give given:give went:go gone:go left:leave lost:lose knew:know known:know sought:seek
bought:buy sold:sell paid:pay began:begin begun:begin drew:draw withdrew:withdraw withdrawn:withdraw
stood:stand built:build met:meet led:lead women:woman men:man children:child wives:wife lives:life
flew:fly flown:fly fought:fight won:win swore:swear sworn:swear wrote:write written:write chose:choose
chosen:choose burnt:burn fed:feed spent:spend sent:send drowned:drown retook:retake
"""

SENSES: dict[str, str] = {}
PAIRS: dict[tuple[str, str], str] = {}
for _line in _LINES.strip().splitlines():
    _words = _line.split()
    for _word in _words:
        _parts = _word.split("_")
        if len(_parts) == 2:
            PAIRS.setdefault((stem(_parts[0]), stem(_parts[1])), f"~{_words[0]}")
        elif len(_parts) == 1:
            SENSES.setdefault(stem(_word), f"~{_words[0]}")

IRREGULAR = {word: stem(base) for word, _, base in (pair.partition(":") for pair in _PAST.split())}
