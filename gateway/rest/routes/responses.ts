import { CHAT, CHAT_STREAM, type ChatData, type ChatEventData } from '../chat.ts';
import { RESPONSES } from '../dialect.ts';
import { responseAnswer } from '../responses/answer.ts';
import { responseEvents } from '../responses/events.ts';
import { responseInput, type ResponseBody } from '../responses/input.ts';
import { ANSWER, BODY, EVENT } from '../responses/schema.ts';
import { defineRoute, type Ask, type Events } from '../route.ts';

export const responseRoutes = [
  defineRoute({
    method: 'POST',
    path: '/v1/responses',
    tag: 'OpenAI',
    dialect: RESPONSES,
    summary: 'Answers a conversation in the shape of OpenAI’s Responses. No answer is kept.',
    body: BODY,
    answer: ANSWER,
    event: EVENT,
    ask: (body: ResponseBody): Ask => {
      const created = Math.floor(Date.now() / 1_000);
      const common = { variables: { input: responseInput(body) }, model: body.model };
      if (body.stream === true) {
        const events = (): ((data: ChatEventData) => Events) => responseEvents(body, created);
        return { ...common, kind: 'stream', document: CHAT_STREAM, events };
      }
      const answer = (data: ChatData) => responseAnswer(body, data, created);
      return { ...common, kind: 'whole', document: CHAT, answer };
    },
  }),
];
