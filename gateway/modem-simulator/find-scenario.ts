import { readFileSync } from 'node:fs';
import path from 'node:path';
import { firstLine, StartFailure } from '../start-failure';
import { checkScenario } from './check-scenario';
import { SCENARIOS } from './known-scenarios';
import type { Scenario } from './scenario';

/** One of ours by its name, or somebody's own by the path of its JSON file. */
export function findScenario(name: string): Scenario {
  const known = SCENARIOS.find((scenario) => scenario.name === name);
  if (known) return known;
  if (!name.endsWith('.json')) {
    const names = SCENARIOS.map((scenario) => scenario.name).join(', ');
    throw new StartFailure(`There is no scenario "${name}"; there are ${names}, and paths of JSON files.`);
  }
  try {
    return checkScenario(JSON.parse(readFileSync(name, 'utf8')), path.basename(name, '.json'));
  } catch (error) {
    throw new StartFailure(`The scenario ${name} cannot be used: ${firstLine(error)}.`);
  }
}
