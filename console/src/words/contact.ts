import { wordsOf } from './words-of.ts';

export const say = wordsOf(
  { contacts: '联系人', add: '添加联系人', name: '姓名', duty: '职责', phone: '电话', email: '电子邮件' },
  { contacts: 'Contacts', add: 'Add a contact', name: 'Name', duty: 'Duty', phone: 'Telephone', email: 'E-mail' },
);
