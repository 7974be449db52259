Feature: Orders

  Scenario: An order and its lines
    When the shop is asked about the order 9007199254740993:
      """graphql
      query Order($id: ID!) {
        order(id: $id) { id customer { name } lines { product price } }
      }
      """
    Then nothing is wrong
    And the order is Ann's

  @wrong
  Scenario: An order that nobody has
    When the shop is asked about the order 404:
      """graphql
      query Order($id: ID!) { order(id: $id) { id } }
      """
    Then nothing is wrong

  @other
  Scenario: It is Bob's order
    When the shop is asked about the order 7:
      """graphql
      query Order($id: ID!) { order(id: $id) { id } }
      """
    Then the order is Ann's
