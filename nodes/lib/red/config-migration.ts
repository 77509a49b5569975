/** Brings a stored config from one version to the next. Its place in the list is the version it starts from. */
export type Migration = (old: Readonly<Record<string, unknown>>) => Record<string, unknown>;

export interface VersionedConfig {
  configVersion: number;
}

/**
 * Brings a node's stored config to today's shape: every migration from its version on, in order, then defaults for
 * what is still missing. A config of a newer version is refused, since guessing would change what the operator set.
 */
export function migrateConfig<T extends VersionedConfig>(
  stored: object,
  migrations: readonly Migration[],
  defaults: Readonly<T>,
): T {
  let config = { ...stored } as Record<string, unknown>;
  const from = typeof config['configVersion'] === 'number' ? config['configVersion'] : 0;
  if (from > migrations.length) {
    throw new Error(`this node was saved by a newer version (${from}); update the palette first`);
  }
  for (const migrate of migrations.slice(from)) config = migrate(config);
  return { ...defaults, ...withoutUndefined(config), configVersion: migrations.length };
}

function withoutUndefined(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
