import type { LanguageTexts } from '../notice-kinds';

/** In Devanagari a message holds 70 characters, or 67 in each of several; short words save money. */
export const HINDI: LanguageTexts = {
  'low-credit': 'आपका बिजली बैलेंस कम है: {balance} बचा है। बिजली चालू रखने के लिए जल्दी रिचार्ज करें।',
  'cut-off': 'आपका बैलेंस समाप्त है ({balance}) और बिजली बंद है। रिचार्ज करें, बिजली अपने आप आ जाएगी।',
  restored: 'बिजली फिर चालू है। आपका बैलेंस {balance} है।',
  'top-up': 'हमें {amount} मिले। आपका बैलेंस अब {balance} है। धन्यवाद।',
  'money-back': '{amount} का भुगतान वापस हुआ। आपका बैलेंस अब {balance} है। प्रश्न हो तो कार्यालय से पूछें।',
  'emergency-credit': 'आपात क्रेडिट {amount} चालू है। आपका बैलेंस {balance} है। यह अगले भुगतान से लिया जाएगा।',
  'limit-reached': 'आपकी अपनी सीमा {limit} पूरी हो गई और बिजली बंद है। सीमा बढ़ाएँ, बिजली आ जाएगी।',
  'high-use': 'आज आपने {used} यूनिट खर्च कीं; इस समय तक आमतौर पर {usual} होती हैं। क्या कुछ चालू रह गया है?',
  'next-slab': 'इस अवधि में आपने {used} यूनिट खर्च कीं। अब आगे प्रति यूनिट {rate} लगेंगे।',
  overload: 'लोड {power} kW है, सीमा {limit} kW है। बिजली {minutes} मिनट बंद है। कृपया कुछ उपकरण बंद करें।',
  statement: '{period}: {used} यूनिट, खर्च {charges}, भुगतान {paid}। आपका बैलेंस {balance} है।',
  tip: 'इस सप्ताह {used} यूनिट, पिछले सप्ताह {before}। {hour} बजे बिजली सबसे महँगी पड़ती है: एक यूनिट हटाने से {saving} बचेंगे।',
  'reply-balance': 'खाता {account}: आपका बैलेंस {balance} है।',
  'reply-use': 'खाता {account}: आज {today}, कल {yesterday}, इस अवधि में {period} यूनिट।',
  'reply-limit': 'खाता {account}: आपकी सीमा अब {limit} है।',
  'reply-no-limit': 'खाता {account}: अब आपकी अपनी कोई सीमा नहीं है।',
  'reply-emergency': 'खाता {account}: आपात क्रेडिट {amount} चालू है।',
  'reply-refused': 'खाता {account}: यह अभी संभव नहीं है। कृपया कार्यालय से पूछें।',
  'reply-language': 'अब से हम आपको हिन्दी में लिखेंगे।',
  'reply-stopped': 'अब सुझाव और याद दिलाने वाले संदेश नहीं आएँगे। बिजली की ज़रूरी सूचना आएगी। START से फिर चालू।',
  'reply-started': 'अब आपको फिर सभी संदेश मिलेंगे।',
  'reply-which': 'कौन सा खाता? शब्द के बाद लिखें: {accounts}।',
  'reply-help': 'आप भेज सकते हैं: BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG HI, STOP, START.',
};
