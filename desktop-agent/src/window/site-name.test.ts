import { expect, it } from 'vitest';
import { siteName } from './site-name.ts';

it.each([
  ['ggzy.guizhou.gov.cn.login.evil-example.com', 'ggzy.guizhou.gov.cn.login.', 'evil-example.com'],
  ['ggzy.guizhou.gov.cn', 'ggzy.', 'guizhou.gov.cn'],
  ['ggzy.gz.cn', '', 'ggzy.gz.cn'],
  ['www.example.com.cn:8443', 'www.', 'example.com.cn:8443'],
  ['www.example.cn', 'www.', 'example.cn'],
  ['login.example.co.uk', 'login.', 'example.co.uk'],
  ['gov.cn.example', 'gov.', 'cn.example'],
  ['xn--fiqs8s.example.org', 'xn--fiqs8s.', 'example.org'],
  ['gov.cn', '', 'gov.cn'],
  ['localhost:18961', '', 'localhost:18961'],
  ['127.0.0.1:18961', '', '127.0.0.1:18961'],
  ['[::1]:18961', '', '[::1]:18961'],
])('of %s what was registered is told from what stands before it', (host, before, registered) => {
  expect(siteName(host)).toEqual({ before, registered });
});
