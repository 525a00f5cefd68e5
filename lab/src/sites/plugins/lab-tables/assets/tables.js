/* global DataTable, _ */
// WordPress's own `_` is Underscore: this plugin keeps its Lodash to itself, as careful ones do.
;(function (lodash) {
  document.querySelectorAll('.lab-table').forEach(function (table) {
    var lengths = lodash.map(table.querySelectorAll('tbody td:last-child'), function (cell) {
      return parseFloat(cell.textContent)
    })
    table.nextElementSibling.textContent = 'Together ' + lodash.round(lodash.sum(lengths), 1) + ' km'
    new DataTable(table, { pageLength: 5, lengthChange: false })
  })
})(_.noConflict())
