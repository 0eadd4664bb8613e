import { describe, expect, test } from 'vitest';
import { dayOf, daysUntilExhausted, forecastDaysOf, shownForecast, startOf } from './forecast.ts';

const forecast = (tokens: readonly number[], historyDays = 14) => ({ tokens: tokens.map(BigInt), historyDays });

describe('the prepaid tokens', () => {
  test('end on the first day whose use passes what is left', () => {
    expect(daysUntilExhausted(forecast([10, 10, 10]), 9n)).toBe(1);
    expect(daysUntilExhausted(forecast([10, 10, 10]), 10n)).toBe(2);
    expect(daysUntilExhausted(forecast([10, 0, 10]), 19n)).toBe(3);
  });

  test('that last longer than the forecast have no end', () => {
    expect(daysUntilExhausted(forecast([10, 10, 10]), 30n)).toBeNull();
    expect(daysUntilExhausted(forecast([0, 0]), 1n)).toBeNull();
  });

  test('that are gone already end today', () => {
    expect(daysUntilExhausted(forecast([10]), 0n)).toBe(0);
  });

  test('have no end that is foretold from less than two weeks', () => {
    expect(daysUntilExhausted(forecast([10], 13), 0n)).toBeNull();
    expect(daysUntilExhausted(forecast([10], 13), 5n)).toBeNull();
  });
});

test('a forecast is shown from tomorrow, over the end of a month', () => {
  const shown = shownForecast(
    { engine: 'builtin', note: null, ...forecast([5, 6, 7]) },
    { granted: 20, reserved: 4, spent: 6 },
    '2026-02-27',
    2,
  );
  expect(shown).toEqual({
    engine: 'builtin',
    note: null,
    days: [
      { day: '2026-02-28T00:00:00.000Z', tokens: '5' },
      { day: '2026-03-01T00:00:00.000Z', tokens: '6' },
    ],
    exhaustedOn: '2026-03-01T00:00:00.000Z',
  });
});

test('days are those of UTC', () => {
  expect(dayOf(new Date('2026-11-22T23:59:59.999Z'))).toBe('2026-11-22');
  expect(startOf('2026-12-31', 1)).toBe('2027-01-01T00:00:00.000Z');
});

test.each([0, -1, 366, 1.5])('a forecast of %d days is refused', (days) => {
  expect(() => forecastDaysOf(days)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});
