/* global videojs */
document.querySelectorAll('.lab-player').forEach(function (element) {
  videojs(element, { fluid: false })
})
