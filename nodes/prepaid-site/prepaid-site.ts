import { isAbsolute, join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import type { SiteNode } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import type { OwnTexts } from '../lib/notice/notice-text';
import { ownTextsOf, type OwnText } from '../lib/notice/own-texts';
import type { Site } from '../lib/site/site';
import { errorText } from '../lib/text/to-error';
import { timeWriter } from '../lib/time/time-text';
import { DEFAULTS, MIGRATIONS, type PrepaidSiteConfig } from './prepaid-site.config';
import { openSite } from './open-site';

/** Receipts live for seconds, and a clock may be set at any time, so looking once a second is often enough. */
const LOOK_EVERY_MS = 1_000;
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
      tellOfClock(RED, this, this.site);
    } catch (error) {
      this.fault = errorText(error);
      this.error(this.fault);
    }

    let expired = 0;
    let warnedAtMs = -Infinity;
    const timer = setInterval(() => {
      const { site } = this;
      if (!site) return;
      void site.clockWatch?.look();
      const nowMs = site.monotonicMs();
      expired += site.receipts.expire(nowMs);
      if (expired === 0 || nowMs - warnedAtMs < WARN_EVERY_MS) return;
      this.warn(RED._('prepaid-site.warning.expired', { count: expired }));
      warnedAtMs = nowMs;
      expired = 0;
    }, LOOK_EVERY_MS);
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

/** What is wrong with the clock is told once, and shown as long as it lasts. */
function tellOfClock(RED: NodeAPI, node: SiteNode, { clockWatch, timeZone }: Site): void {
  const write = timeWriter(timeZone);
  clockWatch?.onChange((report, ended) => {
    if (ended !== null) node.log(RED._(`prepaid-site.clock.${ended}`));
    if (report.state === 'sure') node.status({});
    else if (report.state === 'standing') {
      node.warn(RED._('prepaid-site.warning.standing', { until: write(report.untilMs) }));
      showStatus(node, 'waiting', RED._('prepaid-site.status.standing'));
    } else {
      const times = { wall: write(report.wallMs), sure: write(report.sureMs) };
      if (report.needsPerson) node.warn(RED._('prepaid-site.warning.contradicted', times));
      else node.warn(RED._('prepaid-site.warning.doubted', times));
      showStatus(node, 'waiting', RED._('prepaid-site.status.doubted'));
    }
  });
}

/** A wrong text must not keep the ledger closed: it is told, and the shipped texts are used instead. */
function usableTexts(node: SiteNode, texts: readonly OwnText[]): OwnTexts {
  try {
    return ownTextsOf(texts);
  } catch (error) {
    node.error(errorText(error));
    return {};
  }
}
