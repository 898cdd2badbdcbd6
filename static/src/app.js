// Everything here only makes a page nicer: each form, list and table works without it.
import { Button, Checkboxes, createAll, ErrorSummary, NotificationBanner, Radios, SkipLink } from 'govuk-frontend'
import { FilterToggleButton, SortableTable } from '@ministryofjustice/frontend/moj/all.mjs'

// GOV.UK Frontend sets these classes by an inline script; our Content-Security-Policy allows none, so we set them here.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')

for (const part of [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink, FilterToggleButton, SortableTable]) {
  createAll(part)
}

// A form is sent once. A page that comes back from the browser's memory may be sent again.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return
  if (form.dataset.ccSent) {
    event.preventDefault()
    return
  }
  form.dataset.ccSent = 'yes'
  // An answer that is a file (a PDF) leaves this page where it is: after a while the form may be sent again.
  setTimeout(() => { delete form.dataset.ccSent }, 5000)
})
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-cc-sent]')) delete form.dataset.ccSent
})

// A file that is too large is named before it is sent: an upload of 60 MB over a phone takes minutes to be refused.
const megabytes = (n) => `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB`
for (const input of document.querySelectorAll('input[type=file][data-cc-max-bytes]')) {
  const max = Number(input.dataset.ccMaxBytes)
  const note = document.createElement('p')
  note.className = 'cc-warn'
  note.id = `${input.id}-size`
  note.setAttribute('role', 'alert')
  note.hidden = true
  input.after(note)
  input.setAttribute('aria-describedby', `${input.getAttribute('aria-describedby') ?? ''} ${note.id}`.trim())
  const check = () => {
    const large = [...input.files].filter((f) => f.size > max)
    note.hidden = large.length === 0
    note.textContent = large.map((f) => `${f.name} is ${megabytes(f.size)}; the most we take is ${megabytes(max)}. Choose a smaller copy.`).join(' ')
    return large.length === 0
  }
  input.addEventListener('change', check)
  input.form?.addEventListener('submit', (event) => {
    if (!check()) {
      event.preventDefault()
      event.stopPropagation()
      input.focus()
    }
  })
}
