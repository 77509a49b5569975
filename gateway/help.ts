import { packageVersion } from './package-root';
import { SETTINGS } from './settings';

interface Described {
  name: string;
  summary: string;
}

export function showHelp(commands: readonly Described[], options: readonly Described[]): Promise<number> {
  const settings = SETTINGS.map(({ name, summary, fallback }) => ({
    name,
    summary: `${summary} (${fallback})`,
  }));
  const width = Math.max(...[...commands, ...options, ...settings].map(({ name }) => name.length));
  const section = (title: string, rows: readonly Described[]): string[] => [
    '',
    title,
    ...rows.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
  ];
  const lines = [
    'Usage: wattkeeper [command]',
    ...section('Commands', commands),
    ...section('Options', options),
    ...section('Settings, read from the environment', settings),
  ];
  console.log(lines.join('\n'));
  return Promise.resolve(0);
}

export function showVersion(): Promise<number> {
  console.log(packageVersion());
  return Promise.resolve(0);
}
