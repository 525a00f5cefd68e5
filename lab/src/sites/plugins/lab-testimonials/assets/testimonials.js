jQuery(function ($) {
  $('.lab-testimonials').slick({ slidesToShow: 2, dots: true, autoplay: false })
})
