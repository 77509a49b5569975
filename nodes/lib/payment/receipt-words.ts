/** The words of a printed receipt. */
export interface ReceiptWords {
  title: string;
  date: string;
  customer: string;
  account: string;
  period: string;
  paidBy: string;
  clerk: string;
  debt: string;
  fee: string;
  tax: string;
  energy: string;
  paid: string;
  shortfall: string;
  balance: string;
  estimate: string;
  code: string;
  codeMeaning: string;
}

const ENGLISH: ReceiptWords = {
  title: 'Receipt',
  date: 'Date',
  customer: 'Customer',
  account: 'Account',
  period: 'Paid for',
  paidBy: 'Paid by',
  clerk: 'Taken by',
  debt: 'Debt',
  fee: 'Fee',
  tax: 'Tax',
  energy: 'Energy',
  paid: 'Paid',
  shortfall: 'of which for use already made',
  balance: 'Balance now',
  estimate: 'Energy at the present tariff, about',
  code: 'Check code',
  codeMeaning: 'The utility can tell by this code whether the receipt is genuine.',
};

const WORDS: Readonly<Record<string, ReceiptWords>> = {
  en: ENGLISH,
  hi: {
    title: 'रसीद',
    date: 'तारीख',
    customer: 'ग्राहक',
    account: 'खाता',
    period: 'अवधि',
    paidBy: 'भुगतान का माध्यम',
    clerk: 'प्राप्तकर्ता',
    debt: 'बकाया',
    fee: 'शुल्क',
    tax: 'कर',
    energy: 'बिजली',
    paid: 'कुल भुगतान',
    shortfall: 'जिसमें से पहले की खपत के लिए',
    balance: 'अब शेष राशि',
    estimate: 'वर्तमान दर पर बिजली, लगभग',
    code: 'जाँच कोड',
    codeMeaning: 'इस कोड से बिजली कंपनी बता सकती है कि रसीद असली है या नहीं।',
  },
  ne: {
    title: 'रसिद',
    date: 'मिति',
    customer: 'ग्राहक',
    account: 'खाता',
    period: 'अवधि',
    paidBy: 'भुक्तानी माध्यम',
    clerk: 'बुझ्ने',
    debt: 'बक्यौता',
    fee: 'शुल्क',
    tax: 'कर',
    energy: 'बिजुली',
    paid: 'जम्मा भुक्तानी',
    shortfall: 'जसमध्ये पहिलेको खपतका लागि',
    balance: 'हालको मौज्दात',
    estimate: 'हालको दरमा बिजुली, करिब',
    code: 'जाँच कोड',
    codeMeaning: 'यो कोडबाट रसिद सक्कली हो कि होइन भनेर कार्यालयले भन्न सक्छ।',
  },
  sw: {
    title: 'Risiti',
    date: 'Tarehe',
    customer: 'Mteja',
    account: 'Akaunti',
    period: 'Kipindi',
    paidBy: 'Njia ya malipo',
    clerk: 'Imepokelewa na',
    debt: 'Deni',
    fee: 'Ada',
    tax: 'Kodi',
    energy: 'Umeme',
    paid: 'Jumla iliyolipwa',
    shortfall: 'ambapo kwa matumizi ya awali',
    balance: 'Salio la sasa',
    estimate: 'Umeme kwa bei ya sasa, takriban',
    code: 'Namba ya uhakiki',
    codeMeaning: 'Kwa namba hii kampuni ya umeme inaweza kuthibitisha kama risiti ni halali.',
  },
  fr: {
    title: 'Reçu',
    date: 'Date',
    customer: 'Client',
    account: 'Compte',
    period: 'Période',
    paidBy: 'Payé par',
    clerk: 'Reçu par',
    debt: 'Dette',
    fee: 'Frais',
    tax: 'Taxe',
    energy: 'Énergie',
    paid: 'Payé',
    shortfall: 'dont pour la consommation passée',
    balance: 'Solde actuel',
    estimate: 'Énergie au tarif actuel, environ',
    code: 'Code de contrôle',
    codeMeaning: 'Ce code permet au fournisseur de dire si le reçu est authentique.',
  },
  pt: {
    title: 'Recibo',
    date: 'Data',
    customer: 'Cliente',
    account: 'Conta',
    period: 'Período',
    paidBy: 'Pago por',
    clerk: 'Recebido por',
    debt: 'Dívida',
    fee: 'Taxa de serviço',
    tax: 'Imposto',
    energy: 'Energia',
    paid: 'Pago',
    shortfall: 'dos quais para consumo já feito',
    balance: 'Saldo atual',
    estimate: 'Energia à tarifa atual, cerca de',
    code: 'Código de verificação',
    codeMeaning: 'Com este código o fornecedor sabe se o recibo é autêntico.',
  },
};

/** The words of a language, or English where there are none; and which of the two it is. */
export function receiptWords(language: string): { language: string; words: ReceiptWords } {
  const short = language.toLowerCase().split(/[-_]/)[0] ?? '';
  const words = Object.hasOwn(WORDS, short) ? WORDS[short] : undefined;
  return words ? { language: short, words } : { language: 'en', words: ENGLISH };
}
