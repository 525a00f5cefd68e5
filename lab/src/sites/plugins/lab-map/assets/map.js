/* global L */
document.querySelectorAll('.lab-map').forEach(function (element) {
  var map = L.map(element, { attributionControl: false }).setView([47.05, 8.3], 11)
  L.marker([47.05, 8.3]).addTo(map).bindPopup('Here')
  L.circle([47.07, 8.35], { radius: 1500 }).addTo(map)
})
