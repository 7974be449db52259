Feature: Steps that are none, between steps

  Scenario: s
    Given I look
    Thn I look
    And
    When I look
    The sun shines
    Adn it rains
    Ann pays
    then I see
    Gven I see
