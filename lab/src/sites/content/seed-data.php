<?php
/**
 * The words of the lab's site.
 *
 * @package platen-lab
 */

return array(
	// The newest first: the front page shows the first six.
	'posts'      => array(
		array( 'A morning in the garden', 'Journeys', array( 'garden', 'morning' ) ),
		array( 'What the dunes remember', 'Journeys', array( 'sand', 'wind' ) ),
		array( 'How to photograph rain', 'Craft', array( 'rain', 'light' ) ),
		array( 'Green, and what it does to us', 'Thoughts', array( 'green' ) ),
		array( 'The patience of ladybirds', 'Journeys', array( 'insects', 'garden' ) ),
		array( 'A storm over the valley', 'Journeys', array( 'storm', 'light' ) ),
		array( 'Wood, worked by hand', 'Craft', array( 'wood' ) ),
		array( 'Notes on blinds and shadows', 'Craft', array( 'light', 'shadow' ) ),
		array( 'Two wings, one afternoon', 'Journeys', array( 'insects' ) ),
		array( 'Why we print on paper', 'Thoughts', array( 'paper' ) ),
		array( 'The yellow that stays', 'Thoughts', array( 'flowers', 'light' ) ),
		array( 'Meadows near the railway', 'Journeys', array( 'green', 'walking' ) ),
		array( 'Water, slowly', 'Craft', array( 'rain', 'water' ) ),
		array( 'A list of small tools', 'Craft', array( 'tools' ) ),
	),
	'pages'      => array(
		array( 'About', 'We walk, look and write it down. This site has been kept since 2009 by two people and a dog.' ),
		array( 'Contact', 'Write to us at post@example.test. We answer on Thursdays.' ),
		array( 'Imprint', 'Responsible for what is written here: the two of us.' ),
		array( 'Everything', "[lab_slider]\n\n[lab_reveal]\n\n[lab_modal]\n\n[lab_gallery count=\"4\"]\n\n[lab_booking]\n\n[lab_testimonials]\n\n[lab_table]\n\n[lab_chart]\n\n[lab_map]\n\n[lab_player]\n\n[lab_newsletter]" ),
	),
	'paragraphs' => array(
		'We set out before the light did, with a flask of coffee and no plan worth the name. The path was wet and the gate stood open, which we took for an invitation.',
		'There is a moment, just before the sun clears the hedge, when colours have not yet decided what they are. It lasts about as long as it takes to find the lens cap.',
		'Most of what we brought home was out of focus. What was not has a patience in it that neither of us can claim: the plant stood still, and that was all the skill there was.',
		'People ask which camera. The answer is the one that was in the bag. They ask which time of day, and there the answer is a better one: go when you would rather stay in bed.',
		'On the way back a farmer told us that the field had been a lake once, and would be again. He did not say when. We wrote it down as a forecast.',
		'If you go there yourself, close the gate. Everything else is yours to find, and will be different from what you read here.',
	),
	'comments'   => array(
		array( 'Mara', 'I was there in May. The gate was open then as well.' ),
		array( 'Jonas', 'Which path did you take from the station?' ),
		array( 'Ines', 'The third picture is the one. Thank you for it.' ),
	),
);
