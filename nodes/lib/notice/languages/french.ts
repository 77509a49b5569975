import type { LanguageTexts } from '../notice-kinds';

/** With the accents that the GSM alphabet has, and words that need no other, so that each stays one text message. */
export const FRENCH: LanguageTexts = {
  'low-credit':
    "Votre crédit d'électricité est bas : il reste {balance}. Rechargez vite pour garder le courant.",
  'cut-off':
    'Votre crédit est épuisé ({balance}) et le courant est coupé. Rechargez, il reviendra tout seul.',
  restored: 'Le courant est revenu. Votre crédit est de {balance}.',
  'top-up': 'Nous avons bien enregistré {amount}. Votre crédit est de {balance}. Merci.',
  'money-back':
    "{amount} d'un paiement ont été rendus. Votre crédit est de {balance}. Une question ? Passez à l'agence.",
  'emergency-credit':
    'Le crédit de secours de {amount} est activé. Votre solde : {balance}. Il sera repris sur votre prochain paiement.',
  'limit-reached':
    'Vous avez atteint votre limite de {limit} et le courant est coupé. Relevez la limite et il reviendra.',
  'high-use':
    "Aujourd'hui : {used} kWh, contre {usual} kWh d'habitude à cette heure. Un appareil est-il encore allumé ?",
  'next-slab': 'Vous avez consommé {used} kWh sur cette période. Le kWh est maintenant à {rate}.',
  overload:
    'Vous utilisez {power} kW, la limite est {limit} kW. Courant coupé {minutes} minutes. Merci de couper un appareil.',
  statement: '{period} : {used} kWh consommés, {charges} facturés, {paid} payés. Votre crédit : {balance}.',
  'limit-near': 'Vous avez consommé {spent} sur votre limite de {limit} pour cette période.',
  'cut-announced': "L'agence va couper votre courant : {reason}. Merci d'appeler l'agence.",
  'cut-ordered': "L'agence a coupé votre courant : {reason}. Merci d'appeler l'agence.",
  'emergency-offer':
    'Votre crédit est bas : {balance}. Répondez EMERGENCY pour activer le crédit de secours.',
  office: 'Compte {account} : {reason}',
  summary: '{period} : {statements} relevés, {used} kWh consommés, {charges} facturés, {paid} payés.',
  'overload-warning':
    'Vous utilisez {power} kW, la limite est {limit} kW. Coupez un appareil, sinon le courant sera coupé.',
  'overload-locked':
    "Vous utilisez {power} kW, la limite est {limit} kW. Courant coupé jusqu'à votre appel à l'agence.",
  'shortage-announced':
    'Peu de courant du {from} au {until} : pas plus de {limit} kW, sinon le courant sera coupé.',
  shortage: "Le réseau manque de courant. Votre courant est coupé jusqu'au {until}.",
  'emergency-credit-time':
    'Crédit de secours activé pour {hours} heures. Votre solde : {balance}. Il sera repris sur votre prochain paiement.',
  tip: '{used} kWh cette semaine, {before} la semaine avant.',
  'tip-similar': 'Foyers semblables : {similar}.',
  'tip-hour': '{hour} h vous revient le plus cher : 1 kWh décalé économise {saving}.',
  'reply-balance': 'Compte {account} : votre crédit est de {balance}.',
  'reply-use':
    "Compte {account} : {today} kWh aujourd'hui, {yesterday} kWh hier, {period} kWh sur la période.",
  'reply-limit': 'Compte {account} : votre limite est maintenant {limit}.',
  'reply-no-limit': "Compte {account} : vous n'avez plus de limite.",
  'reply-emergency': 'Compte {account} : le crédit de secours de {amount} est activé.',
  'reply-emergency-on': 'Compte {account} : le crédit de secours est activé.',
  'reply-refused': "Compte {account} : impossible pour le moment. Passez à l'agence.",
  'reply-language': 'La langue de nos messages est bien enregistrée : FR.',
  'reply-stopped':
    'Plus de conseils ni de rappels. Ce qui touche à votre courant arrive toujours. START pour annuler.',
  'reply-started': 'Vous recevez de nouveau tous nos messages.',
  'reply-which': 'Quel compte ? Mettez-le derrière le mot : {accounts}.',
  'reply-help': 'Vous pouvez envoyer : BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG FR, STOP, START.',
};
