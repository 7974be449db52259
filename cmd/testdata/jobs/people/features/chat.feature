Feature: Chat

  Scenario: Ann writes, Bob reads (with cookies)
    Given "ann" comes in
    And "bob" comes in
    When "ann" writes "good morning, Bob"
    Then "bob" reads "good morning, Bob" from "ann"
    And "ann" is still herself, "ann"

  Scenario: Ann writes, Bob reads (with tokens)
    Given "ann" has a token
    And "bob" has a token
    When "ann" writes "good evening, Bob"
    Then "bob" reads "good evening, Bob" from "ann"
    And "ann" is still herself, "ann"
