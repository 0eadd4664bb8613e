import { createTransport } from 'nodemailer';
import type { MailConfig } from '#mesh/config.ts';

/** A server that does not answer holds a lane of the queue no longer than this. */
const TIMEOUT_MS = 15_000;

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Hands a mail to the SMTP server; rejects when the server does not take it. */
export type SendMail = (mail: Mail) => Promise<void>;

/** Sends over one connection each: mail is rare here. A server that offers STARTTLS is spoken to under TLS. */
export const createSendMail = ({ smtpUrl, from }: MailConfig): SendMail => {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ to, subject, text }) => {
    // As an object, so that nothing in an address is read as a list of them.
    await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
  };
};
