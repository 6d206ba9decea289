import { wordsOf } from '../../words/words-of.ts';

export const say = wordsOf(
  {
    overview: '今日',
    hello: '{name}，您好',
    'bind.title': '请绑定您自己的证书',
    'bind.text': '您凭一次性代码登录，代码已用完。现在绑定您的证书，下次才能登录。证书的颁发机构须已登记为 CA。',
    bind: '绑定证书',
    'bind.doing': '请在一锁通窗口中核对并输入口令（PIN）。',
    'bind.done': '已绑定。下次请用这张证书登录。',
    'ca.first': '还没有登记任何 CA：先登记颁发您证书的 CA。',
  },
  {
    overview: 'Today',
    hello: 'Hello, {name}',
    'bind.title': 'Bind a certificate of your own',
    'bind.text':
      'You came in by a one-time code, which is used up. Bind your certificate now to be able to log in again. Its CA has to be registered first.',
    bind: 'Bind certificate',
    'bind.doing': 'Check and enter your PIN in the OneLock window.',
    'bind.done': 'Bound. Log in with this certificate from now on.',
    'ca.first': 'No CA is registered yet: register the one that issued your certificate first.',
  },
);
