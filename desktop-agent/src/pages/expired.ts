import '@onelock/core/look/tokens.css';
import { createApp } from 'vue';
import ExpiredView from './views/ExpiredView.vue';
import './style.css';

createApp(ExpiredView).mount('#app');
