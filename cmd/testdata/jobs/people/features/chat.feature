Feature: Chat
  Two people talk at one time, and each stays who they are.

  Scenario: Bob reads what Ann wrote to him
    Given "ann" comes in
    And "bob" comes in
    When "ann" writes "good morning, Bob"
    Then "bob" reads "good morning, Bob" from "ann"
    And "ann" is still herself

  Scenario: Bob reads what Ann wrote to him, each with a token of their own
    Given "ann" has a token
    And "bob" has a token
    When "ann" writes "good evening, Bob"
    Then "bob" reads "good evening, Bob" from "ann"
    And "ann" is still herself
