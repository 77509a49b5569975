import type { LanguageTexts } from '../notice-kinds';

export const SWAHILI: LanguageTexts = {
  'low-credit': 'Salio lako la umeme ni dogo: limebaki {balance}. Nunua umeme mapema ili usikatiwe.',
  'cut-off': 'Salio lako limeisha ({balance}) na umeme umezimwa. Nunua umeme, utarudi wenyewe.',
  restored: 'Umeme umerudi. Salio lako ni {balance}.',
  'top-up': 'Tumepokea {amount}. Salio lako sasa ni {balance}. Asante.',
  'money-back': '{amount} ya malipo imerudishwa. Salio lako sasa ni {balance}. Una swali? Uliza ofisini.',
  'emergency-credit':
    'Umeme wa dharura wa {amount} umewashwa. Salio lako ni {balance}. Utalipwa kutoka malipo yako yajayo.',
  'limit-reached': 'Umefikia kikomo chako cha {limit} na umeme umezimwa. Ongeza kikomo nao utarudi.',
  'high-use':
    'Leo umetumia {used} kWh; kawaida ni {usual} kWh kwa saa hii. Je, kuna kifaa kimeachwa kikiwaka?',
  'next-slab': 'Umetumia {used} kWh katika kipindi hiki. Kuanzia sasa kWh moja ni {rate}.',
  overload:
    'Unatumia {power} kW, kiwango ni {limit} kW. Umeme umezimwa kwa dakika {minutes}. Tafadhali zima baadhi ya vifaa.',
  statement: '{period}: umetumia {used} kWh, gharama {charges}, umelipa {paid}. Salio lako ni {balance}.',
  'limit-near': 'Umetumia {spent} kati ya kikomo chako cha {limit} katika kipindi hiki.',
  'cut-announced': 'Ofisi itazima umeme wako: {reason}. Tafadhali piga simu ofisini.',
  'cut-ordered': 'Ofisi imezima umeme wako: {reason}. Tafadhali piga simu ofisini.',
  'emergency-offer': 'Salio lako ni dogo: {balance}. Jibu EMERGENCY kuwasha umeme wa dharura.',
  office: 'Akaunti {account}: {reason}',
  summary: '{period}: taarifa {statements}, {used} kWh zimetumika, gharama {charges}, malipo {paid}.',
  'overload-warning':
    'Unatumia {power} kW, kiwango ni {limit} kW. Zima baadhi ya vifaa, la sivyo umeme utazimwa.',
  'overload-locked': 'Unatumia {power} kW, kiwango ni {limit} kW. Umeme umezimwa hadi upige simu ofisini.',
  'shortage-announced':
    'Umeme ni mdogo kuanzia {from} hadi {until}: usitumie zaidi ya {limit} kW, la sivyo utazimwa.',
  shortage: 'Umeme wa gridi hautoshi. Umeme wako umezimwa hadi {until}.',
  'emergency-credit-time':
    'Umeme wa dharura umewashwa kwa saa {hours}. Salio lako ni {balance}. Utalipwa kutoka malipo yako yajayo.',
  tip: 'Wiki hii umetumia {used} kWh, wiki iliyopita {before}.',
  'tip-similar': 'Nyumba kama yako: {similar}.',
  'tip-hour': 'Saa {hour} ni ghali zaidi: kila kWh ukihamisha unaokoa {saving}.',
  'reply-balance': 'Akaunti {account}: salio lako ni {balance}.',
  'reply-use': 'Akaunti {account}: leo {today} kWh, jana {yesterday} kWh, kipindi hiki {period} kWh.',
  'reply-limit': 'Akaunti {account}: kikomo chako sasa ni {limit}.',
  'reply-no-limit': 'Akaunti {account}: huna tena kikomo chako mwenyewe.',
  'reply-emergency': 'Akaunti {account}: umeme wa dharura wa {amount} umewashwa.',
  'reply-emergency-on': 'Akaunti {account}: umeme wa dharura umewashwa.',
  'reply-refused': 'Akaunti {account}: haiwezekani kwa sasa. Tafadhali uliza ofisini.',
  'reply-language': 'Kuanzia sasa tutakuandikia kwa Kiswahili.',
  'reply-stopped':
    'Hatutakutumia tena vidokezo na vikumbusho. Habari za umeme wako zitaendelea. START kurudisha.',
  'reply-started': 'Utapata tena ujumbe wetu wote.',
  'reply-which': 'Akaunti ipi? Iandike baada ya neno: {accounts}.',
  'reply-help': 'Unaweza kutuma: BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG SW, STOP, START.',
};
