import type { LanguageTexts } from '../notice-kinds';

/** Without accents, as people write texts: most of them are not in the GSM alphabet and would cost a second message. */
export const PORTUGUESE: LanguageTexts = {
  'low-credit':
    'O seu credito de energia esta baixo: restam {balance}. Recarregue em breve para manter a luz.',
  'cut-off': 'O seu credito acabou ({balance}) e a energia foi desligada. Recarregue e ela volta sozinha.',
  restored: 'A energia voltou. O seu credito: {balance}.',
  'top-up': 'Recebemos {amount}. O seu credito agora: {balance}. Obrigado.',
  'money-back':
    '{amount} de um pagamento foram devolvidos. O seu credito agora: {balance}. Duvidas? Va ao balcao.',
  'emergency-credit':
    'O credito de emergencia de {amount} esta ativo. O seu saldo: {balance}. Sera pago com a proxima recarga.',
  'limit-reached': 'Atingiu o seu limite de {limit} e a energia foi desligada. Aumente o limite e ela volta.',
  'high-use': 'Hoje usou {used} kWh; a esta hora costuma usar {usual} kWh. Ficou algo ligado?',
  'next-slab': 'Usou {used} kWh neste periodo. A partir daqui o kWh custa {rate}.',
  overload:
    'Usa {power} kW, o limite sao {limit} kW. Energia desligada por {minutes} minutos. Desligue algum aparelho.',
  statement: '{period}: {used} kWh usados, {charges} cobrados, {paid} pagos. O seu credito: {balance}.',
  'limit-near': 'Usou {spent} do seu limite de {limit} neste periodo.',
  'cut-announced': 'O balcao vai desligar a sua energia: {reason}. Ligue para o balcao.',
  'cut-ordered': 'O balcao desligou a sua energia: {reason}. Ligue para o balcao.',
  'emergency-offer':
    'O seu credito esta baixo: {balance}. Responda EMERGENCY para ativar o credito de emergencia.',
  office: 'Conta {account}: {reason}',
  summary: '{period}: {statements} extratos, {used} kWh usados, {charges} cobrados, {paid} pagos.',
  'overload-warning':
    'Usa {power} kW, o limite sao {limit} kW. Desligue algum aparelho ou a energia sera desligada.',
  'overload-locked': 'Usa {power} kW, o limite sao {limit} kW. Energia desligada ate ligar para o balcao.',
  'shortage-announced':
    'Falta energia de {from} a {until}: use no maximo {limit} kW ou a energia sera desligada.',
  shortage: 'Falta energia na rede. A sua esta desligada ate {until}.',
  'emergency-credit-time':
    'O credito de emergencia esta ativo por {hours} horas. O seu saldo: {balance}. Sera pago com a proxima recarga.',
  tip: 'Usou {used} kWh esta semana, {before} na anterior.',
  'tip-similar': 'Casas parecidas: {similar}.',
  'tip-hour': '{hour} h sai mais caro: cada kWh noutra hora poupa {saving}.',
  'reply-balance': 'Conta {account}: o seu credito e {balance}.',
  'reply-use': 'Conta {account}: {today} kWh hoje, {yesterday} kWh ontem, {period} kWh neste periodo.',
  'reply-limit': 'Conta {account}: o seu limite agora e {limit}.',
  'reply-no-limit': 'Conta {account}: ja nao tem limite proprio.',
  'reply-emergency': 'Conta {account}: o credito de emergencia de {amount} esta ativo.',
  'reply-emergency-on': 'Conta {account}: o credito de emergencia esta ativo.',
  'reply-refused': 'Conta {account}: agora nao e possivel. Pergunte no balcao.',
  'reply-language': 'A partir de agora escrevemos em portugues.',
  'reply-stopped':
    'Nao enviamos mais dicas nem lembretes. Avisos sobre a sua energia continuam. START para voltar.',
  'reply-started': 'Volta a receber todas as nossas mensagens.',
  'reply-which': 'Qual conta? Escreva-a depois da palavra: {accounts}.',
  'reply-help': 'Pode enviar: BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG PT, STOP, START.',
};
