/* global wp */
jQuery(function ($) {
  $('.lab-newsletter-open').magnificPopup({ type: 'inline' })
  $('.lab-newsletter').on('submit', function (event) {
    event.preventDefault()
    var form = $(this)
    wp.ajax
      .post('lab_newsletter_subscribe', { email: form.find('input').val() })
      .done(function (data) {
        form.find('output').text(data.thanks)
      })
      .fail(function (data) {
        form.find('output').text(data.message)
      })
  })
})
