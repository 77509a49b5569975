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
  'limit-near': 'You have used {spent} of your own limit of {limit} in this period.',
  'cut-announced': 'The office is going to switch your supply off: {reason}. Please call the office.',
  'cut-ordered': 'The office has switched your supply off: {reason}. Please call the office.',
  'emergency-offer': 'Your credit is low: {balance}. Answer EMERGENCY to switch on emergency credit.',
  office: 'Account {account}: {reason}',
  summary: '{period}: {statements} statements, {used} kWh used, {charges} charged, {paid} paid.',
  'overload-warning':
    'You use {power} kW, only {limit} kW are allowed. Switch something off, or the supply goes off.',
  'overload-locked':
    'You use {power} kW, more than {limit} kW are allowed. The supply stays off until you call the office.',
  'shortage-announced':
    'Power is short from {from} until {until}: please use no more than {limit} kW, or the supply goes off.',
  shortage: 'The grid is short of power. Your supply is off until {until}.',
  'emergency-credit-time':
    'Emergency credit is on for {hours} hours. Your balance is {balance}. It is paid back from your next payment.',
  tip: 'You used {used} kWh this week, {before} the week before.',
  'tip-similar': 'Similar homes: {similar}.',
  'tip-hour': '{hour} h costs you most: each kWh moved away saves {saving}.',
  'reply-balance': 'Account {account}: your credit is {balance}.',
  'reply-use':
    'Account {account}: {today} kWh today, {yesterday} kWh yesterday, {period} kWh in this period.',
  'reply-limit': 'Account {account}: your limit is now {limit}.',
  'reply-no-limit': 'Account {account}: you have no limit of your own any more.',
  'reply-emergency': 'Account {account}: emergency credit of {amount} is on.',
  'reply-emergency-on': 'Account {account}: emergency credit is on.',
  'reply-refused': 'Account {account}: this is not possible now. Please ask at the office.',
  'reply-language': 'We write to you in English from now on.',
  'reply-stopped':
    'We send you no more tips and reminders. What concerns your supply still comes. START undoes it.',
  'reply-started': 'You get all our messages again.',
  'reply-which': 'Which account? Put it behind the word: {accounts}.',
  'reply-help': 'You can send: BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG EN, STOP, START.',
};
