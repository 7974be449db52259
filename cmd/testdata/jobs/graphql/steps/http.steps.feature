@driver:http
Feature: Orders over GraphQL

  Scenario: the clerk looks up the order {id:int}
    When the shop is asked about the order ${id}:
      """graphql
      query Order($id: ID!) {
        order(id: $id) { id customer { name } lines { product price } }
      }
      """

  @read
  Scenario: the shop is asked about the order {id:int}:
    When I POST "/graphql" with JSON:
      """json
      {"query": "${doc}", "operationName": "Order", "variables": {"id": "${id}"}}
      """
    Then the status is 200

  Scenario: the order is found
    Then I expect body.errors == nil

  Scenario: it is Ann's order of tea and one thing more
    Then the response has JSON:
      """json
      {"data": {"order": {
        "id": "9007199254740993",
        "customer": {"name": "Ann"},
        "lines": [{"product": "Tea", "price": 4.2}, {"product": "${any}"}]
      }}}
      """
