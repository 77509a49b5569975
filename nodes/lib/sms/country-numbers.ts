/** How people of a country write telephone numbers. Facts of the national numbering plans (ITU-T E.164, E.129). */
export interface CountryNumbers {
  callingCode: string;
  /** What is dialled before a national number at home and left out abroad; empty where there is none. */
  trunkPrefix: string;
  /**
   * What is dialled before a foreign number. Where that depends on the carrier it is 00, which people write everywhere.
   */
  exitPrefixes: readonly string[];
  /** How many digits a mobile number has without trunk prefix and calling code. */
  lengths: readonly number[];
}

type Row = readonly [callingCode: string, trunkPrefix: string, exits: string, ...lengths: number[]];

/** By ISO 3166 code: calling code, trunk prefix, exit prefixes, digits of a mobile number. */
const ROWS: Readonly<Record<string, Row>> = {
  AE: ['971', '0', '00', 9],
  AF: ['93', '0', '00', 9],
  AR: ['54', '0', '00', 10, 11],
  AT: ['43', '0', '00', 7, 8, 9, 10, 11, 12, 13],
  AU: ['61', '0', '0011', 9],
  BD: ['880', '0', '00', 10],
  BE: ['32', '0', '00', 9],
  BF: ['226', '', '00', 8],
  BG: ['359', '0', '00', 8, 9],
  BJ: ['229', '', '00', 10],
  BO: ['591', '0', '00', 8],
  BR: ['55', '0', '00', 10, 11],
  BT: ['975', '', '00', 8],
  BW: ['267', '', '00', 8],
  CA: ['1', '1', '011', 10],
  CD: ['243', '0', '00', 9],
  CH: ['41', '0', '00', 9],
  CI: ['225', '', '00', 10],
  CL: ['56', '', '00', 9],
  CM: ['237', '', '00', 9],
  CN: ['86', '0', '00', 11],
  CO: ['57', '', '00', 10],
  CZ: ['420', '', '00', 9],
  DE: ['49', '0', '00', 10, 11],
  DK: ['45', '', '00', 8],
  DZ: ['213', '0', '00', 9],
  EC: ['593', '0', '00', 9],
  EG: ['20', '0', '00', 10],
  ES: ['34', '', '00', 9],
  ET: ['251', '0', '00', 9],
  FI: ['358', '0', '00', 6, 7, 8, 9, 10],
  FJ: ['679', '', '00', 7],
  FR: ['33', '0', '00', 9],
  GB: ['44', '0', '00', 10],
  GH: ['233', '0', '00', 9],
  GR: ['30', '', '00', 10],
  HT: ['509', '', '00', 8],
  HU: ['36', '06', '00', 9],
  ID: ['62', '0', '00', 9, 10, 11, 12],
  IE: ['353', '0', '00', 9],
  IL: ['972', '0', '00', 9],
  IN: ['91', '0', '00', 10, 13],
  IQ: ['964', '0', '00', 10],
  IR: ['98', '0', '00', 10],
  IT: ['39', '', '00', 9, 10],
  JO: ['962', '0', '00', 9],
  JP: ['81', '0', '010', 10],
  KE: ['254', '0', '000', 9],
  KH: ['855', '0', '001,007', 8, 9],
  KR: ['82', '0', '00', 9, 10],
  LA: ['856', '0', '00', 9, 10],
  LB: ['961', '0', '00', 7, 8],
  LK: ['94', '0', '00', 9],
  LR: ['231', '0', '00', 7, 9],
  MA: ['212', '0', '00', 9],
  MG: ['261', '0', '00', 9],
  ML: ['223', '', '00', 8],
  MM: ['95', '0', '00', 7, 8, 9, 10],
  MV: ['960', '', '00', 7],
  MW: ['265', '0', '00', 9],
  MX: ['52', '', '00', 10],
  MY: ['60', '0', '00', 9, 10],
  MZ: ['258', '', '00', 9],
  NA: ['264', '0', '00', 9],
  NE: ['227', '', '00', 8],
  NG: ['234', '0', '009', 10],
  NL: ['31', '0', '00', 9, 11],
  NO: ['47', '', '00', 8],
  NP: ['977', '0', '00', 10],
  NZ: ['64', '0', '00', 8, 9, 10],
  PE: ['51', '0', '00', 9],
  PG: ['675', '', '00', 8],
  PH: ['63', '0', '00', 10],
  PK: ['92', '0', '00', 10],
  PL: ['48', '', '00', 9],
  PT: ['351', '', '00', 9],
  RO: ['40', '0', '00', 9],
  RU: ['7', '8', '810', 10],
  RW: ['250', '0', '00', 9],
  SA: ['966', '0', '00', 9],
  SD: ['249', '0', '00', 9],
  SE: ['46', '0', '00', 9],
  SG: ['65', '', '00', 8],
  SL: ['232', '0', '00', 8],
  SN: ['221', '', '00', 9],
  SO: ['252', '0', '00', 7, 8, 9],
  SS: ['211', '0', '00', 9],
  SY: ['963', '0', '00', 9],
  TG: ['228', '', '00', 8],
  TH: ['66', '0', '001', 9],
  TN: ['216', '', '00', 8],
  TR: ['90', '0', '00', 10],
  TZ: ['255', '0', '000', 9],
  UA: ['380', '0', '00', 9],
  UG: ['256', '0', '000', 9],
  US: ['1', '1', '011', 10],
  UZ: ['998', '', '00', 9],
  VN: ['84', '0', '00', 9],
  YE: ['967', '0', '00', 9],
  ZA: ['27', '0', '00', 9],
  ZM: ['260', '0', '00', 9],
  ZW: ['263', '0', '00', 9],
};

export const COUNTRY_CODES: readonly string[] = Object.keys(ROWS);

/** What a country does, or undefined for one that is not in the table. */
export function countryNumbers(country: string): CountryNumbers | undefined {
  const row = Object.hasOwn(ROWS, country) ? ROWS[country] : undefined;
  if (!row) return undefined;
  const [callingCode, trunkPrefix, exits, ...lengths] = row;
  return { callingCode, trunkPrefix, exitPrefixes: exits.split(','), lengths };
}
