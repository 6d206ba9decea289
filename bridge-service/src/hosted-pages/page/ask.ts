import { type Coded, Refusal } from './refusal.ts';

/** Asks the service as one of its own pages: reads without a body, acts with one. @throws {Refusal} */
export async function askAs<T>(
  page: 'apply' | 'login' | 'phone',
  path: string,
  { body, headers = {} }: { readonly body?: object | undefined; readonly headers?: Readonly<Record<string, string>> },
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json', 'x-onelock-page': page }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(null, '');
  }
  const answer = (await response.json()) as T & { readonly error?: Coded & { readonly requestId: string } };
  if (!response.ok) throw new Refusal(answer.error ?? null, answer.error?.requestId ?? '');
  return answer;
}
