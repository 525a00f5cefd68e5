/* global labBooking, flatpickr */
;(function ($) {
  function quote() {
    var out = $('.lab-booking-price').text(labBooking.words.wait)
    $.post(labBooking.ajaxUrl, {
      action: 'lab_booking_quote',
      place: $('.lab-booking-place').val(),
      nights: $('.lab-booking-nights').val(),
    }).done(function (answer) {
      out.text(labBooking.words.price + ': ' + answer.data.price).attr('data-price', answer.data.price)
    })
  }

  $(function () {
    $('.lab-booking').tabs()
    $('.lab-booking-place').select2({ width: '200px' }).on('change', quote)
    $('.lab-booking-nights').on('change', quote)
    flatpickr('.lab-booking-date', { minDate: 'today' })
    $('.lab-booking-terms').dialog({ autoOpen: false, modal: true })
    $('.lab-booking-terms-open').on('click', function () {
      $('.lab-booking-terms').dialog('open')
    })
    quote()
  })
})(jQuery)
