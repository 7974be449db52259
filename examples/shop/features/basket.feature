@owner:sales
Feature: Basket
  In order to turn at least 10% of baskets into orders
  As a customer
  I want to collect what I like and to see at any time what it costs

  Background:
    Given the customer is signed in as "bob"

  Scenario: A new basket is empty
    Then the basket is empty

  Scenario: Collect two products
    When the customer adds 2 "Sencha" to the basket
    And the customer adds 1 "Stoneware Mug" to the basket
    Then the basket holds 2 "Sencha" and 1 "Stoneware Mug"
    And the basket costs "£25.95"

  Scenario: More of the same is one line
    When the customer adds 1 "Sencha" to the basket
    And the customer adds 2 "Sencha" to the basket
    Then the basket holds only 3 "Sencha"

  Scenario: Change one's mind
    Given the customer has 1 "Sencha" and 1 "Milk Jug" in the basket
    When the customer removes "Milk Jug" from the basket
    Then the basket holds only 1 "Sencha"
    And the basket costs "£8.45"

  Rule: Goods for £30 and more are delivered free

    Scenario Outline: <quantity> <product> cost <cost> with delivery
      When the customer adds <quantity> "<product>" to the basket
      Then the basket costs "<cost>"

      Examples:
        | quantity | product        | cost   | why                |
        | 1        | Earl Grey      | £7.15  | £2.95 for delivery |
        | 3        | Yirgacheffe    | £32.35 | 60p are missing    |
        | 4        | House Espresso | £30.00 | £30 exactly        |
        | 2        | Glass Teapot   | £49.00 | more than £30      |

  Rule: A customer can buy at most 10 of one product

    Scenario: Ten are enough
      When the customer adds 10 "Tea Infuser" to the basket
      Then the basket holds only 10 "Tea Infuser"

    Scenario Outline: <more> after <first> are too many
      Given the customer has <first> "Tea Infuser" in the basket
      When the customer tries to add <more> "Tea Infuser" to the basket
      Then the customer is told "You can buy at most 10 of one product."
      And the basket holds only <first> "Tea Infuser"

      Examples:
        | first | more |
        | 10    | 1    |
        | 6     | 5    |

      # The field of the page takes no more than 10.
      @driver:http
      Examples: more than a person can ask for
        | first | more |
        | 1     | 11   |

  Rule: Nobody sees another customer's basket

    Scenario: Two customers at once
      Given "carol" and "dave" are both in the shop
      When "carol" puts "Sencha" into the basket
      And "dave" puts "Espresso Cup" into the basket
      Then the basket of "carol" holds only "Sencha"
      And the basket of "dave" holds only "Espresso Cup"
      And the basket of "dave" holds only "Espresso Cup"
      And the basket of "carol" holds only "Sencha"
