import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { EDITOR_USER } from './editor-login';
import { EDITOR_ROOT } from './node-red-settings';
import type { FlowFacts } from './running-flow';
import type { Settings } from './settings';

/** How the flow came up. */
export type FlowState = { kind: 'running' } | { kind: 'missing types'; types: string[] } | { kind: 'late' };

export interface WelcomeFacts {
  settings: Settings;
  flow: FlowFacts;
  state: FlowState;
  /** Only on the first start. */
  newPassword: string | null;
  /** How this program was called, for telling how to call it again. */
  program: string;
  currentFolder: string;
}

/** What a person reads once everything runs. */
export function welcomeText(facts: WelcomeFacts): string {
  const base = `http://${urlHost(facts.settings.host)}:${facts.settings.webPort}`;
  const { dashboardPath, clockRate } = facts.flow;
  const lines = ['', 'Wattkeeper is running.', ''];
  if (dashboardPath !== null) lines.push(`  Dashboard  ${base}${dashboardPath}`);
  lines.push(`  Editor     ${base}${EDITOR_ROOT}`);
  if (facts.newPassword !== null) lines.push('', ...loginLines(facts.newPassword, facts));
  const notes = [...stateLines(facts.state), ...clockLines(clockRate)];
  if (notes.length > 0) lines.push('', ...notes);
  lines.push('', '  Ctrl-C stops it; the next start continues where this one ends.', '');
  return lines.join('\n');
}

function loginLines(password: string, facts: WelcomeFacts): string[] {
  return [
    `  User       ${EDITOR_USER}`,
    `  Password   ${password}`,
    `             Shown only now. Another one: ${commandLine(facts)} password`,
  ];
}

function stateLines(state: FlowState): string[] {
  if (state.kind === 'missing types') {
    return [
      `  The flow has NOT started: it uses node types that are not installed (${state.types.join(', ')}).`,
      '  The editor shows which nodes they are.',
    ];
  }
  if (state.kind === 'late') return ['  The flow is still starting; messages above say what it waits for.'];
  return [];
}

function clockLines(rate: number): string[] {
  if (rate === 1) return [];
  return [`  The meters are simulated, and their time runs ${rate} times faster than real time.`];
}

/** Under npm or from a clone there is no `wattkeeper` on the path. */
function commandLine({ program, currentFolder }: WelcomeFacts): string {
  if (path.basename(program) === 'wattkeeper') return 'wattkeeper';
  return `node ${path.relative(currentFolder, program)}`;
}

/** An address that a browser can open: "every address" is shown as the one that others on the network can use. */
function urlHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
