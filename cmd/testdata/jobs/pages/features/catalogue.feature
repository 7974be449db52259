Feature: Catalogue

  A catalogue is too long for one page. Who turns its pages to the last one has seen every product, however a page says
  where the next one is.

  Scenario Outline: A customer leafs through the whole catalogue, linked by <kind> addresses
    When the customer opens the catalogue, linked by "<kind>" addresses
    And the customer turns the page
    And the customer turns the page
    Then that was the last page
    And the customer has seen 7 products

    Examples:
      | kind     |
      | absolute |
      | relative |

  Scenario: A program reads the whole catalogue
    When the price comparison opens the catalogue
    And it reads the next page
    And it reads the next page
    Then it has read the last page
    And it has read 7 products

  @wrong
  Scenario: A page that does not say where the next one is
    When the customer opens the catalogue, linked by "none" addresses
    And the customer turns the page
    Then that was the last page

  @wrong
  Scenario: A page elsewhere is not fetched
    When the customer opens the catalogue, linked by "elsewhere" addresses
    And the customer turns the page
