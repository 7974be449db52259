@driver:http
Feature: Orders over HTTP

  @once
  Scenario: Ann is signed in
    When I POST "/login" with form:
      | user | ann |
    Then the status is 200

  @each
  Scenario: these products are in stock:
    When I PUT "/stock/${product}" with JSON:
      """json
      {"price": ${price}}
      """
    Then the status is 200

  Scenario: Ann orders {product:string}
    When I POST "/orders" with JSON:
      """json
      {"product": "${product}"}
      """
    Then the status is 201
    And I keep order = body.id

  @undo
  Scenario: Ann orders {product:string}
    When I DELETE "/orders/${order}"
    Then the status is 204

  Scenario: Ann pays
    When I POST "/orders/${order}/payment" with JSON:
      """json
      {"card": "4242"}
      """
    Then the status is 200

  Scenario: Ann pays with a stolen card
    When I POST "/orders/${order}/payment" with JSON:
      """json
      {"card": "stolen"}
      """
    Then the status is 200
