@driver:http
Feature: Catalogue over HTTP

  Scenario: I list the products by {how:string}
    When I GET "/products?next=${how}"
    Then the status is 200
    And I keep seen = len(body.items)

  Scenario: I turn the page
    Given I keep next = body.next
    When I GET "${next}"
    Then the status is 200
    And I keep seen = seen + len(body.items)

  Scenario: that was the last page
    Then I expect body.next == nil

  Scenario: I list the products by header
    When I GET "/products"
    Then the status is 200
    And I keep seen = len(body.items)

  Scenario: I follow the link
    Given I keep next = split(split(header("Link"), "<")[1], ">")[0]
    When I GET "${next}"
    Then the status is 200
    And I keep seen = seen + len(body.items)

  Scenario: there is no further link
    Then I expect header("Link") == nil

  Scenario: I have seen {n:int} products
    Then I expect seen == n
