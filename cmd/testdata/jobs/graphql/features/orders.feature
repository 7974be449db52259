Feature: Orders
  A clerk looks an order up by its number, however long that is.

  Scenario: An order and its lines
    When the clerk looks up the order 9007199254740993
    Then the order is found
    And it is Ann's order of tea and one thing more

  @wrong
  Scenario: An order that nobody has
    When the clerk looks up the order 404
    Then the order is found

  @other
  Scenario: It is Bob's order
    When the clerk looks up the order 7
    Then it is Ann's order of tea and one thing more
