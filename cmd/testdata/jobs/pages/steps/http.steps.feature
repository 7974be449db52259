@driver:http
Feature: Catalogue over HTTP

  Scenario: the customer opens the catalogue, linked by {kind:string} addresses
    When I GET "/products?next=${kind}"
    Then the status is 200
    And I keep seen = len(body.items)

  Scenario: the customer turns the page
    Given I keep next = body.next
    When I GET "${next}"
    Then the status is 200
    And I keep seen = seen + len(body.items)

  Scenario: that was the last page
    Then I expect body.next == nil

  Scenario: the price comparison opens the catalogue
    When I GET "/products"
    Then the status is 200
    And I keep seen = len(body.items)

  Scenario: it reads the next page
    Given I keep next = split(split(header("Link"), "<")[1], ">")[0]
    When I GET "${next}"
    Then the status is 200
    And I keep seen = seen + len(body.items)

  Scenario: it has read the last page
    Then I expect header("Link") == nil

  Scenario: the customer has seen {n:int} products
    Then I expect seen == n

  Scenario: it has read {n:int} products
    Then I expect seen == n
