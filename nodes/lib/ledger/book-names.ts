/** Names of the accounts of the double entry. Every transfer is between two of them. */
export const SALES_ENERGY = 'sales:energy';
export const SALES_STANDING = 'sales:standing';
export const taxBook = (code: string): string => `tax:${code}`;
export const customerAccount = (accountId: string): string => `customer:${accountId}`;
export const cashAccount = (channel: string): string => `cash:${channel}`;
/** What customers owed before, and now pay off. */
export const ARREARS = 'arrears';
export const SALES_FEES = 'sales:fees';
/** Below zero by what the customer still owes. Both parts are escaped, so that no two debts share a name. */
export const debtBook = (accountId: string, code: string): string =>
  `debt:${encodeURIComponent(accountId)}:${encodeURIComponent(code)}`;
