import { isAbsolute, join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import type { SiteNode } from '../lib/red/site-access';
import type { OwnTexts } from '../lib/notice/notice-text';
import { ownTextsOf, type OwnText } from '../lib/notice/own-texts';
import { errorText } from '../lib/text/to-error';
import { DEFAULTS, MIGRATIONS, type PrepaidSiteConfig } from './prepaid-site.config';
import { openSite } from './open-site';

/** Receipts live for seconds, so looking once a second is often enough. */
const EXPIRY_CHECK_MS = 1_000;
/** An outage is told at once, then no oftener than this. */
const WARN_EVERY_MS = 60_000;

export = function register(RED: NodeAPI): void {
  function PrepaidSite(this: SiteNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    this.site = null;
    this.fault = '';
    try {
      const config = migrateConfig<PrepaidSiteConfig>(definition, MIGRATIONS, DEFAULTS);
      const dataFolder = process.env['WATTKEEPER_DATA'] ?? RED.settings.userDir ?? process.cwd();
      this.site = openSite({
        siteName: config.name,
        office: {
          phone: config.officePhone.trim(),
          email: config.officeEmail.trim(),
          language: config.officeLanguage,
        },
        ownTexts: usableTexts(this, config.ownTexts),
        timeZone: config.timeZone,
        currency: config.currency,
        databaseFile: isAbsolute(config.database) ? config.database : join(dataFolder, config.database),
        dataFolder,
        clockRate: Number(config.clockRate),
        onThrown: (error) => this.error(error),
      });
    } catch (error) {
      this.fault = errorText(error);
      this.error(this.fault);
    }

    let expired = 0;
    let warnedAtMs = -Infinity;
    const timer = setInterval(() => {
      const { site } = this;
      if (!site) return;
      const nowMs = site.monotonicMs();
      expired += site.receipts.expire(nowMs);
      if (expired === 0 || nowMs - warnedAtMs < WARN_EVERY_MS) return;
      this.warn(RED._('prepaid-site.warning.expired', { count: expired }));
      warnedAtMs = nowMs;
      expired = 0;
    }, EXPIRY_CHECK_MS);
    timer.unref();

    onClose(this, () => {
      clearInterval(timer);
      this.site?.close();
      this.site = null;
      this.fault = RED._('prepaid-site.fault.closed');
    });
  }
  RED.nodes.registerType('prepaid-site', PrepaidSite);
};

/** A wrong text must not keep the ledger closed: it is told, and the shipped texts are used instead. */
function usableTexts(node: SiteNode, texts: readonly OwnText[]): OwnTexts {
  try {
    return ownTextsOf(texts);
  } catch (error) {
    node.error(errorText(error));
    return {};
  }
}
