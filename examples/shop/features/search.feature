@owner:catalogue @runbook:docs/runbooks/search.md
Feature: Search
  In order to answer 95% of searches within 300 ms
  As a customer
  I want to find a product by any word that I remember of it

  @browse @probe @safe-in-production
  Scenario: Find a product and look at it
    When the customer searches for "Earl Grey"
    And the customer looks at "Earl Grey"
    Then the price is "£4.20"

  @safe-in-production
  Scenario Outline: Find <product> by "<words>"
    When the customer searches for "<words>"
    Then "<product>" is found

    Examples: names, whole or in part
      | words  | product                |
      | Sencha | Sencha                 |
      | Flush  | Darjeeling First Flush |

    Examples: whatever the case
      | words     | product         |
      | sencha    | Sencha          |
      | EARL GREY | Earl Grey       |
      | tEAPOT    | Glass Teapot    |

    Examples: words of the description
      | words    | product        |
      | cardamom | Masala Chai    |
      | hazelnut | House Espresso |

  @safe-in-production
  Scenario Outline: Find nothing by "<words>"
    When the customer searches for "<words>"
    Then nothing is found

    Examples:
      | words     |
      | lawnmower |
      | %         |
      | Earl_Grey |
