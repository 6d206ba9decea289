import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { searchWords } from './search-words.ts';

const docs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

type Language = 'zh-CN' | 'en';

const reference: Readonly<Record<Language, DefaultTheme.SidebarItem[]>> = JSON.parse(
  readFileSync(path.join(docs, '.vitepress/generated/reference-sidebar.json'), 'utf8'),
);

/** Decisions in the order of their numbers; their first line is their title. */
function decisions(at: '/adr/' | '/en/adr/'): DefaultTheme.SidebarItem[] {
  return readdirSync(path.join(docs, 'adr'))
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort()
    .map((file) => {
      const [heading = ''] = readFileSync(path.join(docs, 'adr', file), 'utf8').split('\n');
      return { text: heading.replace(/^# ADR /, '').replaceAll('`', ''), link: `${at}${file.replace(/\.md$/, '')}` };
    });
}

function guides(at: string, say: (zh: string, en: string) => string): DefaultTheme.SidebarItem[] {
  return [
    {
      text: say('了解', 'Understand'),
      items: [
        { text: say('架构', 'Architecture'), link: `${at}guide/architecture` },
        { text: say('安全模型', 'Security model'), link: `${at}guide/security` },
        { text: say('结论与错误', 'Verdicts and errors'), link: `${at}guide/verdicts` },
        { text: say('判定的依据', 'What a judgement rests on'), link: `${at}guide/judgement` },
        { text: say('证据从哪里来', 'Where evidence comes from'), link: `${at}guide/evidence` },
        { text: say('国密引擎', 'The SM engine'), link: `${at}guide/engine` },
        { text: say('当前进展', 'What works today'), link: `${at}guide/status` },
      ],
    },
    {
      text: say('集成', 'Integrate'),
      items: [
        { text: say('快速开始', 'Quick start'), link: `${at}guide/quick-start` },
        { text: say('使用 SDK', 'Using the SDK'), link: `${at}guide/sdk` },
        { text: say('服务器端接口', 'The HTTP API'), link: `${at}guide/http-api` },
        { text: say('请求票据', 'Request tickets'), link: `${at}guide/tickets` },
        { text: say('线上协议', 'The wire protocol'), link: `${at}guide/protocol` },
      ],
    },
    {
      text: say('运行', 'Operate'),
      items: [
        { text: say('运行互认服务', 'Running the service'), link: `${at}guide/operate` },
        { text: say('管理控制台', 'The console'), link: `${at}guide/console` },
        { text: say('统计与监管', 'Statistics and supervision'), link: `${at}guide/supervision` },
        { text: say('网上申领与续办', 'Applying online and renewing'), link: `${at}guide/enrolment` },
        { text: say('手机扫码登录', 'Logging in by phone'), link: `${at}guide/phone` },
        { text: say('存量导入', 'Importing the stock'), link: `${at}guide/import` },
        { text: say('驱动套件', 'The driver kit'), link: `${at}guide/driver-kit` },
        { text: say('智能卡与 HID 密钥', 'Smart cards and HID keys'), link: `${at}guide/cards` },
        { text: say('各系统上的驱动', 'Drivers on each system'), link: `${at}guide/driver-systems` },
        { text: say('配置项', 'Configuration'), link: `${at}reference/configuration` },
      ],
    },
  ];
}

function themeFor(language: Language): DefaultTheme.Config {
  const at = language === 'zh-CN' ? '/' : '/en/';
  const say = (zh: string, en: string): string => (language === 'zh-CN' ? zh : en);
  const guide = guides(at, say);
  return {
    nav: [
      {
        text: say('快速开始', 'Quick start'),
        link: `${at}guide/quick-start`,
        activeMatch: `^${at}guide/(quick-start|sdk|http-api|protocol)`,
      },
      {
        text: say('架构', 'Architecture'),
        link: `${at}guide/architecture`,
        activeMatch: `^${at}guide/(architecture|security|verdicts|judgement|evidence|engine|status)`,
      },
      { text: say('运行', 'Operate'), link: `${at}guide/operate` },
      { text: say('接口参考', 'Reference'), link: `${at}reference/`, activeMatch: `^${at}reference/` },
      { text: say('决策记录', 'Decisions'), link: `${at}adr/` },
    ],
    sidebar: {
      [`${at}guide/`]: guide,
      [`${at}reference/configuration`]: guide,
      [`${at}reference/`]: reference[language],
      '/adr/': [
        {
          text: say('决策记录', 'Decisions'),
          items: [{ text: say('总览', 'Overview'), link: `${at}adr/` }, ...decisions('/adr/')],
        },
      ],
      '/en/adr/': [{ text: 'Decisions', items: [{ text: 'Overview', link: '/en/adr/' }, ...decisions('/en/adr/')] }],
    },
    outline: { level: [2, 3], label: say('本页内容', 'On this page') },
    docFooter: { prev: say('上一页', 'Previous'), next: say('下一页', 'Next') },
    darkModeSwitchLabel: say('外观', 'Appearance'),
    lightModeSwitchTitle: say('切换到浅色', 'Switch to light'),
    darkModeSwitchTitle: say('切换到深色', 'Switch to dark'),
    sidebarMenuLabel: say('目录', 'Menu'),
    returnToTopLabel: say('回到顶部', 'Back to top'),
    langMenuLabel: say('语言', 'Language'),
    notFound: {
      title: say('没有这个页面', 'No such page'),
      quote: say(
        '地址可能已经改变，请从首页或搜索重新找起。',
        'The address may have changed: try the home page or the search.',
      ),
      linkText: say('回到首页', 'Take me home'),
      linkLabel: say('回到首页', 'Home'),
    },
    footer: { message: say('以 Apache-2.0 许可发布', 'Released under Apache-2.0'), copyright: 'OneLock 一锁通' },
  };
}

export default defineConfig({
  title: '一锁通 OneLock',
  description: '一把钥匙，一个驱动，全省平台通用',
  cleanUrls: true,
  // What runs on the reader's own machine.
  ignoreDeadLinks: [/^http:\/\/(127\.0\.0\.1|localhost):/],
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }],
    ['meta', { name: 'theme-color', content: '#0b4f9e' }],
  ],
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  locales: {
    root: { label: '简体中文', lang: 'zh-CN', themeConfig: themeFor('zh-CN') },
    en: {
      label: 'English',
      lang: 'en',
      title: 'OneLock',
      description: 'One key, one driver, every trading platform of the province',
      themeConfig: themeFor('en'),
    },
  },
  themeConfig: {
    logo: { src: '/logo.svg', alt: '' },
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: { tokenize: searchWords },
          searchOptions: { combineWith: 'AND', fuzzy: false, prefix: true },
        },
        locales: {
          root: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                noResultsText: '没有找到',
                resetButtonTitle: '清空',
                backButtonTitle: '关闭',
                displayDetails: '显示详情',
                footer: { selectText: '打开', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
});
