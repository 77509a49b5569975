/** Names of the accounts of the double entry. Every transfer is between two of them. */
export const SALES_ENERGY = 'sales:energy';
export const customerAccount = (accountId: string): string => `customer:${accountId}`;
export const cashAccount = (channel: string): string => `cash:${channel}`;
