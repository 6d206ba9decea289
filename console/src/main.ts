import '@onelock/core/look/tokens.css';
import { createApp } from 'vue';
import App from './App.vue';
import { followLinks } from './router/router.ts';
import './style/root.css';
import './style/base.css';
import './style/parts.css';
import './style/shell.css';
import './style/print.css';

followLinks(document);
createApp(App).mount('#console');
