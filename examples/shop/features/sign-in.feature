@owner:accounts
Feature: Sign in
  In order to fail fewer than 1% of visits
  As a customer
  I want to be known by my name and password, and to nobody else by them

  @safe-in-production
  Scenario: Sign in
    When the customer signs in as "ann" with the password "ann-likes-tea"
    Then the customer is greeted as "ann"

  Scenario Outline: <case> is not enough
    When the customer tries to sign in as "<name>" with the password "<password>"
    Then the customer is told "That name and password do not match."

    Examples:
      | case                      | name   | password      |
      | a wrong password          | ann    | ann-likes-gin |
      | the password of another   | ann    | bob-likes-tea |
      | a name that nobody has    | nobody | ann-likes-tea |
      | a name in capital letters | ANN    | ann-likes-tea |

    # The page does not send the form without one.
    @driver:http
    Examples: less than a person can send
      | case        | name | password |
      | no password | ann  |          |

  Scenario: Sign out
    Given the customer is signed in as "ann"
    When the customer signs out
    Then the shop asks the customer to sign in before it shows any orders
