import type { Notice } from '../lib/notice/notice';
import { statementPage } from '../lib/notice/statement-page';
import { moneyFormat, type MoneyFormat } from '../lib/site/money-format';
import type { Site } from '../lib/site/site';
import { errorText } from '../lib/text/to-error';

/** Tariffs change seldom, and on the first of a month a statement goes to everybody. */
const LABELS_LAST_MS = 60_000;

/** Draws up the page that goes with the text of a statement. What is past in a ledger stays, so it is the same each time. */
export class StatementMail {
  private readonly money: MoneyFormat;
  private labels = new Map<string, string>();
  private labelsMs = -Infinity;

  constructor(
    private readonly site: Site,
    /** Hears of statements that go out as text alone. */
    private readonly onFault: (error: Error) => void,
  ) {
    this.money = moneyFormat(site.currency);
  }

  /** null for what is no statement, or one from before its period was kept with it. */
  pageOf(notice: Notice): string | null {
    try {
      return this.draw(notice);
    } catch (error) {
      this.onFault(new Error(`no page for the statement of ${notice.accountId}: ${errorText(error)}`));
      return null;
    }
  }

  private draw({ kind, accountId, language, data: { fromMs, toMs, period } }: Notice): string | null {
    if (kind !== 'statement' || typeof fromMs !== 'number' || typeof toMs !== 'number') return null;
    const { store, siteName, timeZone } = this.site;
    const statement = store.statement(accountId, fromMs, toMs);
    if (!statement) return null;
    const labels = this.componentLabels();
    return statementPage(statement, {
      siteName,
      money: this.money,
      timeZone,
      period: String(period ?? ''),
      language,
      labelOf: (component) => labels.get(component) ?? component,
    });
  }

  /** A component is called by its label where all versions of all tariffs agree on it, else by its id. */
  private componentLabels(): ReadonlyMap<string, string> {
    const nowMs = this.site.monotonicMs();
    if (nowMs - this.labelsMs < LABELS_LAST_MS) return this.labels;
    this.labelsMs = nowMs;
    this.labels = new Map();
    for (const { tariff } of this.site.store.approvedTariffs())
      for (const { id, label = id } of tariff.components)
        this.labels.set(id, (this.labels.get(id) ?? label) === label ? label : id);
    return this.labels;
  }
}
