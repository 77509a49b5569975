import { wallClock } from './wall-clock';

/** Writes moments as the clocks of a zone show them, the same in every language: 2026-11-21 18:30. */
export function timeWriter(timeZone: string): (atMs: number) => string {
  const wallTime = wallClock(timeZone);
  return (atMs) => {
    const { year, month, day, hour, minute } = wallTime(atMs);
    return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
  };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
