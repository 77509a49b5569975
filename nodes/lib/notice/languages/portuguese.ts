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
  tip: 'Usou {used} kWh esta semana, {before} na anterior. {hour} h sai mais caro: cada kWh noutra hora poupa {saving}.',
  'reply-balance': 'Conta {account}: o seu credito e {balance}.',
  'reply-use': 'Conta {account}: {today} kWh hoje, {yesterday} kWh ontem, {period} kWh neste periodo.',
  'reply-limit': 'Conta {account}: o seu limite agora e {limit}.',
  'reply-no-limit': 'Conta {account}: ja nao tem limite proprio.',
  'reply-emergency': 'Conta {account}: o credito de emergencia de {amount} esta ativo.',
  'reply-refused': 'Conta {account}: agora nao e possivel. Pergunte no balcao.',
  'reply-language': 'A partir de agora escrevemos em portugues.',
  'reply-stopped':
    'Nao enviamos mais dicas nem lembretes. Avisos sobre a sua energia continuam. START para voltar.',
  'reply-started': 'Volta a receber todas as nossas mensagens.',
  'reply-which': 'Qual conta? Escreva-a depois da palavra: {accounts}.',
  'reply-help': 'Pode enviar: BAL, USE, LIMIT 500, LIMIT OFF, EMERGENCY, LANG PT, STOP, START.',
};
