/* global Isotope, GLightbox, imagesLoaded */
document.querySelectorAll('.lab-gallery').forEach(function (grid) {
  imagesLoaded(grid, function () {
    new Isotope(grid, { itemSelector: '.lab-gallery-item', layoutMode: 'fitRows' })
  })
})
window.labLightbox = GLightbox({ selector: '.lab-gallery-item', touchNavigation: true })
