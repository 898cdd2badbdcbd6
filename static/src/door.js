// The members' pages work without any of this. It makes leaving quicker, keeps what is typed while the page is left, sends files piece by
// piece over a line that breaks, and does the sum that tells a person from a program. It keeps nothing in the browser and asks nobody else.
const $ = (selector, from = document) => from.querySelector(selector)
const all = (selector, from = document) => [...from.querySelectorAll(selector)]
const say = (text, put) => text.replace(/{{\.(\w+)}}/g, (_, name) => put[name])
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

document.body.classList.add('js-enabled', 'govuk-frontend-supported')

// Leaving: the button, or Escape or Shift three times within five seconds. The page is hidden at once and its place in the history is taken.
const exit = $('.door-exit')
let leaving = false
function leave (event) {
  event?.preventDefault()
  leaving = true
  document.body.classList.add('door-hide')
  document.title = ''
  location.replace(exit.href)
}
if (exit) {
  exit.addEventListener('click', leave)
  let pressed = []
  document.addEventListener('keyup', (event) => {
    if (event.key !== 'Escape' && event.key !== 'Shift') { pressed = []; return }
    const now = performance.now()
    pressed = pressed.filter((p) => p.key === event.key && now - p.at < 5000)
    pressed.push({ key: event.key, at: now })
    if (pressed.length === 3) leave()
  })
}

// What is to be mended is read out first.
const summary = $('.govuk-error-summary')
if (summary) {
  summary.setAttribute('tabindex', '-1')
  summary.focus()
  summary.addEventListener('click', (event) => {
    const field = event.target.hash && document.getElementById(event.target.hash.slice(1))
    if (!field) return
    event.preventDefault()
    field.scrollIntoView()
    field.focus({ preventScroll: true })
  })
}

// A form is sent once. One that comes back from the browser's memory may be sent again.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post') return
  if (form.dataset.sent) { event.preventDefault(); return }
  form.dataset.sent = 'yes'
  setTimeout(() => { delete form.dataset.sent }, 5000)
})
window.addEventListener('pageshow', () => { for (const form of all('form[data-sent]')) delete form.dataset.sent })

// What was typed is saved when the page is left by a link, when the phone goes to sleep and when another program comes to the front; and
// the choice of a language takes it along.
const page = $('form[data-keep]')
if (page) {
  let typed = false
  page.addEventListener('input', () => { typed = true })
  page.addEventListener('submit', () => { typed = false })
  const keep = () => {
    if (!typed || leaving || !navigator.sendBeacon) return
    const body = new URLSearchParams(new FormData(page))
    body.set('keep', '1')
    if (navigator.sendBeacon(page.action, body)) typed = false
  }
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') keep() })
  window.addEventListener('pagehide', keep)
  for (const link of all('.door-lang a')) {
    link.addEventListener('click', (event) => {
      if (!typed) return
      event.preventDefault()
      const stay = document.createElement('input')
      Object.assign(stay, { type: 'hidden', name: 'speak', value: link.lang })
      page.append(stay)
      page.requestSubmit ? page.requestSubmit() : page.submit()
    })
  }
}

// How much was written.
for (const area of all('textarea[data-words]')) {
  const note = document.createElement('p')
  note.className = 'govuk-hint door-words'
  area.closest('.govuk-form-group').append(note)
  const count = () => { note.textContent = say(area.dataset.words, { N: (area.value.trim().match(/\S+/g) ?? []).length }) }
  area.addEventListener('input', count)
  count()
}

// Whoever ticks that there is a baby, or no heating, is told at once whom to call.
const box = $('#danger')
if (box) {
  const risky = all('input[data-danger], [data-danger-values] input').filter((i) => (i.dataset.danger ?? i.closest('[data-danger-values]').dataset.dangerValues.split(' ').includes(i.value)))
  const look = () => { if (risky.some((i) => i.checked)) box.hidden = false }
  for (const i of risky) i.addEventListener('change', look)
  look()
}

// Files go up in pieces. A line that breaks costs one piece, and after a reload the same file goes on from where it was.
const files = $('form[data-uploads]')
if (files && window.fetch) {
  const input = $('input[type=file]', files)
  const list = $('#uploads')
  const most = 512 * 1024
  const token = files.elements.csrf.value
  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { ...options, headers: { ...options.headers, 'X-Form-Token': token, Accept: 'application/json' }, credentials: 'same-origin' })
    const body = await answer.json().catch(() => ({}))
    if (answer.ok) return body
    throw Object.assign(new Error(body.error ?? ''), { final: answer.status < 500 && answer.status !== 408 && answer.status !== 429 && !body.again })
  }
  const upload = async (file) => {
    const item = document.createElement('li')
    item.className = 'door-files__item'
    const text = document.createElement('span')
    const bar = document.createElement('progress')
    bar.max = file.size || 1
    bar.setAttribute('aria-label', file.name)
    item.append(text, bar)
    list.append(item)
    const shown = (arrived) => {
      bar.value = arrived
      text.textContent = say(list.dataset.sending, { Name: file.name, Percent: file.size ? Math.floor(arrived / file.size * 100) : 100 })
    }
    let id, arrived = 0, piece = 128 * 1024, wait = 1
    shown(0)
    for (;;) {
      try {
        let state
        if (!id) {
          state = await ask(files.dataset.uploads, { method: 'POST', body: new URLSearchParams({ name: file.name, size: file.size }) })
          id = state.id
        } else if (arrived < 0) {
          state = await ask(`${files.dataset.uploads}/${id}`)
        } else {
          const began = performance.now()
          state = await ask(`${files.dataset.uploads}/${id}?offset=${arrived}`,
            { method: 'POST', body: file.slice(arrived, arrived + piece), headers: { 'Content-Type': 'application/octet-stream' } })
          // As much at a time as goes through in two seconds.
          piece = performance.now() - began < 2000 ? Math.min(most, piece * 2) : Math.max(32 * 1024, piece / 2)
        }
        arrived = state.arrived
        wait = 1
        shown(arrived)
        if (state.done) {
          bar.remove()
          text.textContent = say(list.dataset.whole, { Name: file.name })
          return true
        }
      } catch (problem) {
        if (problem.final) {
          bar.remove()
          item.classList.add('govuk-error-message')
          text.textContent = `${say(list.dataset.refused, { Name: file.name })} ${problem.message}`
          return false
        }
        text.textContent = say(list.dataset.waiting, { Name: file.name, Seconds: wait })
        await sleep(wait * 1000)
        wait = Math.min(30, wait * 2)
        piece = Math.max(32 * 1024, piece / 2)
        if (id) arrived = -1
      }
    }
  }
  let busy = false
  const go = async () => {
    if (busy || !input.files.length) return
    busy = true
    const chosen = [...input.files]
    input.value = ''
    let whole = true
    for (const file of chosen) whole = await upload(file) && whole
    busy = false
    if (whole) location.reload()
  }
  input.addEventListener('change', go)
  files.addEventListener('submit', (event) => { event.preventDefault(); go() })
  window.addEventListener('beforeunload', (event) => { if (busy && !leaving) event.preventDefault() })
}

// A signature is drawn with a finger, a pen or the mouse; it goes along as a picture. Without this the name is typed.
const draw = $('#draw')
if (draw) {
  const canvas = $('canvas', draw)
  const form = draw.closest('form')
  const pen = canvas.getContext('2d')
  let drawn = false
  let last
  const at = (event) => {
    const box = canvas.getBoundingClientRect()
    return { x: (event.clientX - box.left) * canvas.width / box.width, y: (event.clientY - box.top) * canvas.height / box.height }
  }
  const wipe = () => {
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
    Object.assign(pen, { lineWidth: 4, lineCap: 'round', lineJoin: 'round', strokeStyle: '#161a1d' })
    drawn = false
  }
  canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); last = at(event) })
  canvas.addEventListener('pointermove', (event) => {
    if (!last) return
    const to = at(event)
    pen.beginPath()
    pen.moveTo(last.x, last.y)
    pen.lineTo(to.x, to.y)
    pen.stroke()
    last = to
    drawn = true
  })
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { last = undefined })
  const clear = document.createElement('button')
  Object.assign(clear, { type: 'button', className: 'govuk-button govuk-button--secondary', textContent: draw.dataset.clear })
  clear.addEventListener('click', wipe)
  draw.append(clear)
  form.addEventListener('submit', () => { form.elements.image.value = drawn ? canvas.toDataURL('image/png') : '' })
  draw.hidden = false
  $('#draw-button').hidden = false
  wipe()
}

// The sum. It is begun when the page is opened; where a browser cannot do it the form goes without it.
const sending = $('form[data-salt]')
if (sending && window.crypto?.subtle) {
  const { salt, bits } = sending.dataset
  const enough = (hash) => {
    let left = Number(bits)
    for (const byte of hash) {
      if (left <= 0) return true
      if (Math.clz32(byte) - 24 < Math.min(left, 8)) return false
      left -= 8
    }
    return left <= 0
  }
  const letters = new TextEncoder()
  const solve = async () => {
    for (let n = 0; ; n += 256) {
      const tried = await Promise.all(Array.from({ length: 256 }, async (_, i) => {
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', letters.encode(salt + (n + i))))
        return enough(hash) ? n + i : -1
      }))
      const found = tried.find((i) => i >= 0)
      if (found !== undefined) return String(found)
      await sleep(0)
    }
  }
  let done = false
  const solved = solve().then((proof) => { sending.elements.proof.value = proof; done = true }, () => { done = true })
  sending.addEventListener('submit', async (event) => {
    if (done) return
    event.preventDefault()
    const button = $('button', sending)
    button.textContent = sending.dataset.working
    await Promise.race([solved, sleep(20000)])
    done = true
    sending.submit()
  })
}
