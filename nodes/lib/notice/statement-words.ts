/** The words of a printed statement. `{currency}` stands for the site's own. */
export interface StatementWords {
  title: string;
  account: string;
  opening: string;
  topUps: string;
  moneyBack: string;
  debts: string;
  charges: string;
  taxes: string;
  corrections: string;
  closing: string;
  meters: string;
  meter: string;
  from: string;
  to: string;
  used: string;
  component: string;
  perKwh: string;
  amount: string;
  when: string;
  paidAt: string;
  debt: string;
  reference: string;
  reading: string;
  uncharged: string;
  fee: string;
  tax: string;
  amounts: string;
}

const ENGLISH: StatementWords = {
  title: 'Electricity statement',
  account: 'Account',
  opening: 'Opening balance',
  topUps: 'Top-ups',
  moneyBack: 'Money back',
  debts: 'Debts paid off',
  charges: 'Charges',
  taxes: 'Taxes',
  corrections: 'Corrections',
  closing: 'Closing balance',
  meters: 'Meters',
  meter: 'Meter',
  from: 'From',
  to: 'To',
  used: 'Used, kWh',
  component: 'Component',
  perKwh: 'Per kWh',
  amount: 'Amount',
  when: 'When',
  paidAt: 'Paid by',
  debt: 'Debt',
  reference: 'Reference',
  reading: 'For the reading of',
  uncharged: 'Not charged',
  fee: 'Fee',
  tax: 'Tax',
  amounts: 'Amounts in {currency}.',
};

const WORDS: Readonly<Record<string, StatementWords>> = {
  en: ENGLISH,
  hi: {
    title: 'बिजली का विवरण',
    account: 'खाता',
    opening: 'आरंभिक शेष',
    topUps: 'भुगतान',
    moneyBack: 'वापस हुआ भुगतान',
    debts: 'चुकाया गया बकाया',
    charges: 'खर्च',
    taxes: 'कर',
    corrections: 'सुधार',
    closing: 'अंतिम शेष',
    meters: 'मीटर',
    meter: 'मीटर',
    from: 'से',
    to: 'तक',
    used: 'खपत, kWh',
    component: 'मद',
    perKwh: 'प्रति kWh',
    amount: 'राशि',
    when: 'समय',
    paidAt: 'भुगतान का माध्यम',
    debt: 'बकाया',
    reference: 'संदर्भ',
    reading: 'रीडिंग का समय',
    uncharged: 'बिना शुल्क',
    fee: 'सेवा शुल्क',
    tax: 'कर',
    amounts: 'राशियाँ {currency} में।',
  },
  ne: {
    title: 'बिजुलीको विवरण',
    account: 'खाता',
    opening: 'सुरुको मौज्दात',
    topUps: 'भुक्तानी',
    moneyBack: 'फिर्ता भुक्तानी',
    debts: 'तिरेको बक्यौता',
    charges: 'खर्च',
    taxes: 'कर',
    corrections: 'सुधार',
    closing: 'अन्तिम मौज्दात',
    meters: 'मिटर',
    meter: 'मिटर',
    from: 'देखि',
    to: 'सम्म',
    used: 'खपत, kWh',
    component: 'शीर्षक',
    perKwh: 'प्रति kWh',
    amount: 'रकम',
    when: 'समय',
    paidAt: 'भुक्तानी माध्यम',
    debt: 'बक्यौता',
    reference: 'सन्दर्भ',
    reading: 'रिडिङको समय',
    uncharged: 'निःशुल्क',
    fee: 'सेवा शुल्क',
    tax: 'कर',
    amounts: 'रकम {currency} मा।',
  },
  sw: {
    title: 'Taarifa ya umeme',
    account: 'Akaunti',
    opening: 'Salio la mwanzo',
    topUps: 'Malipo',
    moneyBack: 'Malipo yaliyorudishwa',
    debts: 'Madeni yaliyolipwa',
    charges: 'Gharama',
    taxes: 'Kodi',
    corrections: 'Marekebisho',
    closing: 'Salio la mwisho',
    meters: 'Mita',
    meter: 'Mita',
    from: 'Kutoka',
    to: 'Hadi',
    used: 'Matumizi, kWh',
    component: 'Kipengele',
    perKwh: 'Kwa kWh',
    amount: 'Kiasi',
    when: 'Wakati',
    paidAt: 'Njia ya malipo',
    debt: 'Deni',
    reference: 'Kumbukumbu',
    reading: 'Usomaji wa',
    uncharged: 'Bila malipo',
    fee: 'Ada',
    tax: 'Kodi',
    amounts: 'Kiasi kwa {currency}.',
  },
  fr: {
    title: 'Relevé d’électricité',
    account: 'Compte',
    opening: 'Solde initial',
    topUps: 'Recharges',
    moneyBack: 'Remboursements',
    debts: 'Dettes payées',
    charges: 'Consommation et frais',
    taxes: 'Taxes',
    corrections: 'Corrections',
    closing: 'Solde final',
    meters: 'Compteurs',
    meter: 'Compteur',
    from: 'Du',
    to: 'Au',
    used: 'Consommé, kWh',
    component: 'Poste',
    perKwh: 'Par kWh',
    amount: 'Montant',
    when: 'Date',
    paidAt: 'Payé par',
    debt: 'Dette',
    reference: 'Référence',
    reading: 'Pour l’index du',
    uncharged: 'Sans frais',
    fee: 'Frais',
    tax: 'Taxe',
    amounts: 'Montants en {currency}.',
  },
  pt: {
    title: 'Extrato de eletricidade',
    account: 'Conta',
    opening: 'Saldo inicial',
    topUps: 'Recargas',
    moneyBack: 'Devoluções',
    debts: 'Dívidas pagas',
    charges: 'Consumo e encargos',
    taxes: 'Impostos',
    corrections: 'Correções',
    closing: 'Saldo final',
    meters: 'Medidores',
    meter: 'Medidor',
    from: 'De',
    to: 'Até',
    used: 'Consumido, kWh',
    component: 'Componente',
    perKwh: 'Por kWh',
    amount: 'Valor',
    when: 'Data',
    paidAt: 'Pago por',
    debt: 'Dívida',
    reference: 'Referência',
    reading: 'Para a leitura de',
    uncharged: 'Sem custo',
    fee: 'Taxa de serviço',
    tax: 'Imposto',
    amounts: 'Valores em {currency}.',
  },
};

/** The words of a language, or English where there are none; and which of the two it is. */
export function statementWords(language: string): { language: string; words: StatementWords } {
  const short = language.toLowerCase().split(/[-_]/)[0] ?? '';
  const words = Object.hasOwn(WORDS, short) ? WORDS[short] : undefined;
  return words ? { language: short, words } : { language: 'en', words: ENGLISH };
}
