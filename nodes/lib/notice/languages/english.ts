import type { LanguageTexts } from '../notice-kinds';

/** What happened and what to do next, each within one text message. */
export const ENGLISH: LanguageTexts = {
  'low-credit': 'Your electricity credit is low: {balance} left. Buy credit soon to keep the light on.',
  'cut-off':
    'Your credit is used up ({balance}) and the supply is off. Buy credit and it comes back by itself.',
  restored: 'The supply is on again. Your credit is {balance}.',
  'top-up': 'We received {amount}. Your credit is now {balance}. Thank you.',
  'money-back':
    '{amount} of a payment went back. Your credit is now {balance}. Questions? Ask at the office.',
  'emergency-credit':
    'Emergency credit of {amount} is on. Your balance is {balance}. It is paid back from your next payment.',
  'limit-reached':
    'You have reached your own limit of {limit}, and the supply is off. Raise the limit and it comes back.',
  'high-use': 'Today you have used {used} kWh; usually it is {usual} kWh by this time. Is something left on?',
  'next-slab': 'You have used {used} kWh in this period. From here a kWh costs {rate}.',
  overload:
    'You use {power} kW, more than {limit} kW are allowed. The supply is off for {minutes} minutes. Please switch something off.',
  statement: '{period}: {used} kWh used, {charges} charged, {paid} paid. Your credit is {balance}.',
  tip: 'You used {used} kWh this week, {before} the week before. {hour} h costs you most: each kWh moved away saves {saving}.',
  'reply-balance': 'Account {account}: your credit is {balance}.',
  'reply-use':
    'Account {account}: {today} kWh today, {yesterday} kWh yesterday, {period} kWh in this period.',
  'reply-limit': 'Account {account}: your limit is now {limit}.',
  'reply-no-limit': 'Account {account}: you have no limit of your own any more.',
  'reply-emergency': 'Account {account}: emergency credit of {amount} is on.',
  'reply-refused': 'Account {account}: this is not possible now. Please ask at the office.',
  'reply-language': 'We write to you in English from now on.',
  'reply-stopped':
    'We send you no more tips and reminders. What concerns your supply still comes. START undoes it.',
  'reply-started': 'You get all our messages again.',
  'reply-which': 'Which account? Put it behind the word: {accounts}.',
  'reply-help': 'You can send: BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG EN, STOP, START.',
};
