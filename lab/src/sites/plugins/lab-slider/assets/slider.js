/* global Swiper, labSlider */
document.querySelectorAll('.lab-slider').forEach(function (element) {
  new Swiper(element, {
    loop: labSlider.loop,
    autoplay: { delay: labSlider.delay },
    pagination: { el: '.swiper-pagination', clickable: true },
    navigation: { nextEl: '.swiper-button-next', prevEl: '.swiper-button-prev' },
  })
})
