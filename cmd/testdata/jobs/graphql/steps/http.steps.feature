@driver:http
Feature: Orders over GraphQL

  @read
  Scenario: the shop is asked about the order {id:int}:
    When I POST "/graphql" with JSON:
      """json
      {"query": "${doc}", "operationName": "Order", "variables": {"id": "${id}"}}
      """
    Then the status is 200

  Scenario: nothing is wrong
    Then I expect body.errors == nil

  Scenario: the order is Ann's
    Then the response has JSON:
      """json
      {"data": {"order": {
        "id": "9007199254740993",
        "customer": {"name": "Ann"},
        "lines": [{"product": "Tea", "price": 4.2}, {"product": "${any}"}]
      }}}
      """
