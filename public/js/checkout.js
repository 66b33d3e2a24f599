// Opens Paddle's checkout for a transaction that the server made. Paddle wants its script loaded from its own host.
const place = document.querySelector('[data-paddle]')
if (place) load(place)

function load(place) {
  const script = document.createElement('script')
  script.src = 'https://cdn.paddle.com/paddle/v2/paddle.js'
  script.addEventListener('error', () => show(place))
  script.addEventListener('load', () => start(place, window.Paddle))
  document.head.append(script)
}

function start(place, paddle) {
  if (!paddle) return show(place)
  const { token, environment, transaction, success } = place.dataset
  if (environment === 'sandbox') paddle.Environment.set('sandbox')
  paddle.Initialize({
    token,
    eventCallback: ({ name }) => {
      // Shown only: what was bought is decided by what Paddle tells the server.
      if (name === 'checkout.completed') location.assign(success)
      if (name === 'checkout.error') show(place)
    },
  })
  const open = () => paddle.Checkout.open({ transactionId: transaction, settings: { successUrl: success, allowLogout: false } })
  place.querySelector('[data-paddle-open]').addEventListener('click', open)
  open()
}

function show(place) {
  place.querySelector('[data-paddle-problem]').hidden = false
}
