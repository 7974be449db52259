@driver:browser
Feature: The shop as a customer sees it

  # ---- signing in ----

  Scenario: the customer is signed in as {user:string}
    Given the customer signs in as "${user}" with the password "${user}-likes-tea"

  Scenario: the customer is signed in as {user:string} with the password {password:string}
    Given the customer signs in as "${user}" with the password "${password}"

  Scenario: the customer signs in as {user:string} with the password {password:string}
    When the customer tries to sign in as "${user}" with the password "${password}"
    Then the customer is greeted as "${user}"

  Scenario: the customer tries to sign in as {user:string} with the password {password:string}
    When I open "/sign-in"
    And I fill the form:
      | Name     | ${user}     |
      | Password | ${password} |
    And I click the "Sign in" button

  Scenario: the customer is greeted as {name:string}
    Then I see "Signed in as ${name}"

  Scenario: the customer signs out
    When I click the "Sign out" button
    Then I see "You are signed out."

  Scenario: the shop asks the customer to sign in before it shows any orders
    When I open "/orders"
    Then the page address is "/sign-in?next=%2Forders"
    And I see the "Sign in" button

  Scenario: the customer is told {message:string}
    Then I see "${message}"

  # ---- finding ----

  Scenario: the customer searches for {words:string}
    When I open "/"
    And I fill "Search the shop" with "${words}"
    And I click the "Search" button

  Scenario: {product:string} is found
    Then I see the "${product}" heading

  Scenario: nothing is found
    Then I see "0 products found."

  Scenario: the customer looks at {product:string}
    When I click the "${product}" link
    Then I see the "${product}" heading

  Scenario: the price is {amount:string}
    Then I expect page.text("main .price") == amount

  # ---- the basket ----

  Scenario: the customer adds {quantity:int} {product:string} to the basket
    When the customer tries to add ${quantity} "${product}" to the basket
    Then I see "${product} is in your basket."

  Scenario: the customer has {quantity:int} {product:string} in the basket
    When the customer adds ${quantity} "${product}" to the basket

  Scenario: the customer has {n:int} {first:string} and {m:int} {second:string} in the basket
    When the customer adds ${n} "${first}" to the basket
    And the customer adds ${m} "${second}" to the basket

  Scenario: the customer tries to add {quantity:int} {product:string} to the basket
    When I open "/"
    And I click the "${product}" link
    And I fill "Quantity" with "${quantity}"
    And I click the "Add to basket" button

  Scenario: the customer removes {product:string} from the basket
    When I open "/basket"
    And I click the "Remove ${product}" button
    Then I see "${product} is removed."

  Scenario: the basket is empty
    When I open "/basket"
    Then I see "Your basket is empty."

  # The checkout shows the basket as text: "2 × Sencha".
  Scenario: the basket holds only {quantity:int} {product:string}
    When I open "/checkout"
    Then I see "${quantity} × ${product}"
    And I expect page.count("ul.short li") == 1

  Scenario: the basket holds {n:int} {first:string} and {m:int} {second:string}
    When I open "/checkout"
    Then I see "${n} × ${first}"
    And I see "${m} × ${second}"
    And I expect page.count("ul.short li") == 2

  Scenario: the basket costs {amount:string}
    When I open "/basket"
    Then I expect page.text(".sums .total dd") == amount

  # ---- paying ----

  Scenario: the customer pays
    When the customer tries to pay with the card "4242 4242 4242 4242"
    Then I see the "Thank you" heading
    And I keep number = page.text(".big strong")

  # With an empty basket there is nothing to fill in.
  Scenario: the customer tries to pay
    When I open "/checkout"

  Scenario: the customer tried to pay with the card {card:string}
    When the customer tries to pay with the card "${card}"
    Then I don't see the "Thank you" heading

  Scenario: the customer tries to pay with the card {card:string}
    When I open "/checkout"
    And I fill the form:
      | Full name   | A. Customer |
      | Street      | 1 Tea Lane  |
      | Town        | York        |
      | Postcode    | YO1 7HH     |
      | Card number | ${card}     |
    And I click css "form[action='/checkout'] button"

  Scenario: the customer has ordered {quantity:int} {product:string}
    Given the customer has ${quantity} "${product}" in the basket
    When the customer pays

  Scenario: the order is confirmed
    Then I see "confirmed"
    And I see "${number}"

  Scenario: the order costs {amount:string}
    Then I expect page.text(".sums .total dd") == amount

  Scenario: the order costs the sum of its lines and {delivery:string} for delivery
    Then I expect page.text(".sums div:nth-child(2) dd") == delivery
    And I keep first = trimPrefix(page.text(".lines tbody tr:nth-child(1) td:last-child"), "£")
    And I keep second = trimPrefix(page.text(".lines tbody tr:nth-child(2) td:last-child"), "£")
    And I keep total = trimPrefix(page.text(".sums .total dd"), "£")
    And I expect page.count(".lines tbody tr") == 2
    And I expect abs(float(total) - float(first) - float(second) - float(trimPrefix(delivery, "£"))) < 0.001

  Scenario: the order holds {quantity:int} {product:string}
    Then I see the "${quantity}" cell in the "${product}" row

  # ---- the history ----

  Scenario: the order is in the history once
    When I open "/orders"
    Then I expect page.count("table.history a[href='/orders/" + number + "']") == 1

  Scenario: nothing is in the history
    When I open "/orders"
    Then I see "You have not ordered anything yet."

  Scenario: the customer looks up the order
    When I open "/orders"
    And I click the "${number}" link
    Then the page address is "/orders/${number}"

  # ---- two people: each has cookies and a page of their own ----

  Scenario: {one:string} and {other:string} are both in the shop
    Given "${one}" is in the shop
    And "${other}" is in the shop

  Scenario: {name:string} is in the shop
    Given I act as "${name}"
    When the customer tries to sign in as "${name}" with the password "${name}-likes-tea"
    Then the customer is greeted as "${name}"

  Scenario: {name:string} puts {product:string} into the basket
    Given I act as "${name}"
    When the customer adds 1 "${product}" to the basket

  Scenario: the basket of {name:string} holds only {product:string}
    Given I act as "${name}"
    When I open "/basket"
    Then I see the "Remove ${product}" button
    And I expect page.count("ul.items > li") == 1

  Scenario: {name:string} signs in and looks for that order
    Given "${name}" is in the shop
    When I open "/orders/${number}"

  Scenario: {name:string} is told {message:string}
    Then the customer is told "${message}"
