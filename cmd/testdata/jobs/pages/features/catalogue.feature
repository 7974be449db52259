Feature: Catalogue

  Scenario Outline: Every product is on one of three pages (<how>)
    When I list the products by "<how>"
    And I turn the page
    And I turn the page
    Then that was the last page
    And I have seen 7 products

    Examples:
      | how      |
      | absolute |
      | relative |

  Scenario: The pages are linked in the header
    When I list the products by header
    And I follow the link
    And I follow the link
    Then there is no further link
    And I have seen 7 products

  @wrong
  Scenario: A page that does not say where the next one is
    When I list the products by "none"
    And I turn the page
    Then that was the last page

  @wrong
  Scenario: A page elsewhere is not fetched
    When I list the products by "elsewhere"
    And I turn the page
