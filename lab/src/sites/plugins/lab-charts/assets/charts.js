/* global Chart, moment, labCharts */
moment.locale(labCharts.locale)
document.querySelectorAll('.lab-chart canvas').forEach(function (canvas) {
  var days = labCharts.values.map(function (value, index) {
    return moment('2026-01-01').add(index, 'days').format('ll')
  })
  new Chart(canvas, {
    type: 'line',
    data: { labels: days, datasets: [{ label: 'Visitors', data: labCharts.values }] },
    options: { maintainAspectRatio: false, animation: false },
  })
})
