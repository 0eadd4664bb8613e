import { describe, expect, test } from 'vitest';
import { decodeContent, MAX_FILE_BYTES, textOf } from './file-content.ts';

describe('the content of a file', () => {
  test('is text as it is', () => {
    expect(decodeContent('grüße\n', 'UTF8')).toEqual({ outcome: 'accepted', bytes: Buffer.from('grüße\n') });
  });

  test('may be empty in both encodings', () => {
    expect(decodeContent('', 'UTF8')).toEqual({ outcome: 'accepted', bytes: Buffer.alloc(0) });
    expect(decodeContent('', 'BASE64')).toEqual({ outcome: 'accepted', bytes: Buffer.alloc(0) });
  });

  test('may be any bytes in base64', () => {
    const bytes = Buffer.from([0, 255, 254, 10, 128]);
    expect(decodeContent(bytes.toString('base64'), 'BASE64')).toEqual({ outcome: 'accepted', bytes });
  });

  test.each(['a', 'ab==c', 'YQ', 'YQ=', 'YQ==\n', 'Y-_Q', 'YQ== YQ==', '=', 'ä'])(
    'is not base64 when it is %j',
    (text) => {
      expect(decodeContent(text, 'BASE64')).toMatchObject({ outcome: 'malformed' });
    },
  );

  test('is refused when it holds half a surrogate pair, which would be written as something else', () => {
    expect(decodeContent('a\ud800', 'UTF8')).toMatchObject({ outcome: 'malformed' });
  });

  test('may have exactly the most bytes and not one more, however it is sent', () => {
    const most = Buffer.alloc(MAX_FILE_BYTES, 'x');
    const more = Buffer.alloc(MAX_FILE_BYTES + 1, 'x');
    expect(decodeContent(most.toString(), 'UTF8').outcome).toBe('accepted');
    expect(decodeContent(most.toString('base64'), 'BASE64').outcome).toBe('accepted');
    expect(decodeContent(more.toString(), 'UTF8').outcome).toBe('too large');
    expect(decodeContent(more.toString('base64'), 'BASE64').outcome).toBe('too large');
    expect(decodeContent('ä'.repeat(MAX_FILE_BYTES / 2 + 1), 'UTF8').outcome).toBe('too large');
  });

  test('has no text when it is not UTF-8', () => {
    expect(textOf(Buffer.from('grüße'))).toBe('grüße');
    expect(textOf(Buffer.from([0xc3, 0x28]))).toBeNull();
  });
});
