import { expect, test } from 'vitest';
import { createPlaces, placesFor, type Places, type Ticket } from './places.ts';

const OPTIONS = { running: 2, runningOfOneUser: 1, waiting: 6, waitingOfOneUser: 4 };

/** Notes who gets a turn. */
const takers = (places: Places) => {
  const turns: string[] = [];
  const take = (user: string, name = user): Ticket => {
    const ticket = places.take(user);
    void ticket.turn.then(() => turns.push(name));
    return ticket;
  };
  return { turns, take };
};
const settle = (): Promise<void> => new Promise(setImmediate);
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('a user has so many places at most, and another passes', async () => {
  const { turns, take } = takers(createPlaces(OPTIONS));
  const first = take('a', 'a1');
  take('a', 'a2');
  take('b', 'b1');
  await settle();
  expect(turns).toEqual(['a1', 'b1']);
  first.giveBack();
  await settle();
  expect(turns).toEqual(['a1', 'b1', 'a2']);
});

test('users take turns', async () => {
  const places = createPlaces({ ...OPTIONS, running: 1 });
  const { turns, take } = takers(places);
  const tickets = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => take(name.slice(0, 1), name));
  for (let turn = 0; turn < tickets.length; turn++) {
    await settle();
    tickets[['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].indexOf(turns[turn] ?? '')]?.giveBack();
  }
  expect(turns).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  expect(places.load()).toEqual({ running: 0, waiting: 0 });
});

test('who leaves the line makes room and gets no turn, and giving back twice is once', async () => {
  const places = createPlaces({ ...OPTIONS, running: 1 });
  const { turns, take } = takers(places);
  const running = take('a', 'a1');
  const waiting = take('a', 'a2');
  waiting.giveBack();
  waiting.giveBack();
  expect(places.load()).toEqual({ running: 1, waiting: 0 });
  running.giveBack();
  running.giveBack();
  await settle();
  expect(turns).toEqual(['a1']);
  expect(places.load()).toEqual({ running: 0, waiting: 0 });
});

test('one user’s line and that of all are bounded, each with its own code and when to try again', () => {
  const { take } = takers(createPlaces({ ...OPTIONS, running: 1 }));
  for (let count = 0; count < 5; count++) take('a');
  expect(codeOf(() => take('a'))).toMatchObject({ code: 'RATE_LIMITED', extensions: { retryAfterSeconds: 10 } });
  take('b');
  take('b');
  expect(codeOf(() => take('c'))).toMatchObject({ code: 'OVERLOADED', extensions: { retryAfterSeconds: 10 } });
  expect(codeOf(() => take('a'))).toMatchObject({ code: 'RATE_LIMITED' });
});

test('there are as many places as suit the processors, or as are set', () => {
  const unset = { executions: undefined, executionsPerUser: undefined };
  expect(placesFor(unset, 2)).toMatchObject({ running: 4, runningOfOneUser: 2 });
  expect(placesFor(unset, 1)).toMatchObject({ running: 2, runningOfOneUser: 1 });
  expect(placesFor({ executions: 9, executionsPerUser: 1 }, 2)).toMatchObject({ running: 9, runningOfOneUser: 1 });
  expect(placesFor({ executions: 1, executionsPerUser: undefined }, 8)).toMatchObject({
    running: 1,
    runningOfOneUser: 1,
  });
});
