import { ref, watchEffect } from 'vue';

export type Language = 'zh-CN' | 'en';

const remembered = 'onelock.console.language';

function firstLanguage(): Language {
  const kept = localStorage.getItem(remembered);
  if (kept === 'zh-CN' || kept === 'en') return kept;
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
}

/** Chinese first; whoever's browser asks for something else gets English. The choice is kept in this browser. */
export const language = ref<Language>(firstLanguage());

watchEffect(() => {
  document.documentElement.lang = language.value;
});

export function switchLanguage(): void {
  language.value = language.value === 'zh-CN' ? 'en' : 'zh-CN';
  localStorage.setItem(remembered, language.value);
}
