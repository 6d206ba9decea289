import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import ArchitecturePicture from './ArchitecturePicture.vue';
import DecisionList from './DecisionList.vue';
import LoginPicture from './LoginPicture.vue';
import VerdictCards from './VerdictCards.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('ArchitecturePicture', ArchitecturePicture);
    app.component('DecisionList', DecisionList);
    app.component('LoginPicture', LoginPicture);
    app.component('VerdictCards', VerdictCards);
  },
} satisfies Theme;
