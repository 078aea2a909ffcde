import { createApp } from 'vue'
import './styles/tokens.css'
import './styles/base.css'
import App from './App.vue'
import { onSignedOut } from './api/client.ts'
import { signedOut } from './data/session.ts'
import { language, speak } from './i18n/index.ts'
import { router } from './router.ts'

onSignedOut(() => {
  const here = router.currentRoute.value
  signedOut()
  if (here.name !== 'login') void router.push({ name: 'login', query: { next: here.fullPath, ended: '1' } })
})

// The page, who is signed in and the texts are asked for at the same time.
const app = createApp(App).use(router)
await speak(language.value)
app.mount('#app')
