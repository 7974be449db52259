Feature: Steps that are none

  Scenario: A space of another kind
    When I look
    And	I look again
    　Then I see

  Scenario: Before steps
    Thn I look
    Then I see

  Scenario: No words
    Given
    Then I see

  Scenario: Prose
    The shop is open. They wait.
    Then I see

  Scenario: More prose
    Ann is a customer.
    Then I see
