import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { base } from './api/client.ts'
import { loadSession, session } from './data/session.ts'
import { fromOldLink } from './old-links.ts'

const id = (route: RouteLocationNormalized) => ({ model: String(route.params.model), id: Number(route.params.id) })
const model = (route: RouteLocationNormalized) => ({ model: String(route.params.model) })

export const router = createRouter({
  history: createWebHistory(base),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { open: true } },
    { path: '/', name: 'home', component: () => import('./pages/HomePage.vue') },
    { path: '/models', name: 'models', component: () => import('./pages/ModelsPage.vue') },
    { path: '/models/graph', name: 'topology', component: () => import('./pages/TopologyPage.vue') },
    {
      path: '/models/:model/:tab(fields|associations|uniques|settings)?', name: 'model', component: () => import('./pages/ModelPage.vue'),
      props: (route) => ({ ...model(route), tab: String(route.params.tab || 'fields') }),
    },
    { path: '/i', name: 'instances', component: () => import('./pages/InstancesPage.vue') },
    { path: '/i/:model', name: 'list', component: () => import('./pages/ListPage.vue'), props: model },
    { path: '/i/:model/import', name: 'import', component: () => import('./pages/ImportPage.vue'), props: model },
    {
      path: '/i/:model/:id(\\d+)/:tab(associations|history|graph)?', name: 'instance', component: () => import('./pages/InstancePage.vue'),
      props: (route) => ({ ...id(route), tab: String(route.params.tab || 'overview') }),
    },
    { path: '/association-types', name: 'kinds', component: () => import('./pages/KindsPage.vue') },
    { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue') },
    { path: '/search', name: 'search', component: () => import('./pages/SearchPage.vue') },
    { path: '/me', name: 'me', component: () => import('./pages/MePage.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue') },
  ],
  scrollBehavior: (to, from, saved) => (to.path === from.path ? false : (saved ?? { top: 0 })),
})

router.beforeEach(async (to) => {
  const old = to.path === '/' ? fromOldLink(to.hash) : null
  if (old) return old
  if (session.value === undefined) await loadSession()
  if (!session.value && !to.meta.open) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (session.value && to.name === 'login') return '/'
  return true
})
