@driver:http
Feature: How a customer uses the shop's API

  Scenario: the customer signs in
    When I POST "/login" with JSON:
      """json
      {"user": "ann", "password": "open sesame"}
      """
    Then the status is 200
    And I keep token = body.token

  Scenario: the customer sees {count:int} products
    When I GET "/products" with headers:
      | Authorization | Bearer ${token} |
    Then the status is 200
    And I expect len(body.products) == count

  Scenario: the customer puts {count:int} of product {product:int} into the basket
    When I send:
      """http
      POST /basket
      Authorization: Bearer ${token}
      Content-Type: application/json

      {"product": ${product}, "count": ${count}}
      """
    Then the status is 201
    And I expect body.total == 9

  Scenario: the customer pays
    When I send:
      """http
      POST /checkout
      Authorization: Bearer ${token}
      Content-Type: application/json

      {"pay": "card"}
      """
    Then the status is 201
