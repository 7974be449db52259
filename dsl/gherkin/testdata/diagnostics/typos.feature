Feature: Typos

  Scenario Pay
    When I pay

  Scenario: Look
    Whne I look
    Then I see

  Scenario: Prose
    Scenario of a text. They say so.

    Then I see
